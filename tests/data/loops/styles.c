/* category: other styles of C */
#include "tsvc.h"

void nested_ternary(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = b[i] > 1 ? (b[i] > 2 ? b[i] : 2) : (b[i] < -1 ? -1 : 0);
}

void skip_with_continue(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (b[i] < 0)
            continue;
        if (i % 3 == 1)
            continue;
        a[i] += b[i];
    }
}

/* param inc = 1 in 1..3 */
void symbolic_stride(int n, int inc, real a[restrict n])
{
    for (int i = inc; i < n; i += inc)
        a[i] = a[i - inc] * (real)0.5;
}

void long_counter(int n, real a[restrict n], const real b[restrict n])
{
    for (long i = 0; i < n; i++)
        a[i] = b[i];
}

void reverses_in_place(int n, real a[restrict n])
{
    for (int i = 0, j = n - 1; i < j; i++, j--) {
        real t = a[i];
        a[i] = a[j];
        a[j] = t;
    }
}

void compound(int n, real a[restrict n], int h[restrict n])
{
    for (int i = 0; i < n; i++) {
        a[i] *= (real)2, a[i] -= 1;
        h[i] <<= 1;
        h[i] &= 7;
        h[i] |= 1;
    }
}

void walking_back(int n, real a[restrict n])
{
    real *p = a + n;
    for (int i = 0; i < n; i++)
        *--p = (real)i;
}

void xor_pairs(int n, real a[restrict n])
{
    for (int i = 0; i + 1 < n; i += 2) {
        real t = a[i];
        a[i] = a[i ^ 1];
        a[i ^ 1] = t;
    }
}

void run_length(int n, real a[restrict n], const real b[restrict n])
{
    int run = 0;
    for (int i = 0; i < n; i++) {
        run = b[i] > 0 ? run + 1 : 0;
        a[i] = (real)run;
    }
}

void transpose(int m, real aa[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = i + 1; j < m; j++) {
            real t = aa[j][i];
            aa[j][i] = aa[i][j];
            aa[i][j] = t;
        }
}

void pascal(int m, real aa[restrict m][m])
{
    for (int i = 1; i < m; i++)
        for (int j = 1; j < m; j++)
            aa[i][j] = aa[i - 1][j] + aa[i][j - 1];
}

void goto_out_of_two(int m, real aa[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            if (aa[i][j] > (real)1.5)
                goto out;
            aa[i][j] += 1;
        }
out:
    ;
}

void saxpy_unrolled_rest(int n, real a[restrict n], const real b[restrict n])
{
    int i = 0;
    for (; i + 4 <= n; i += 4) {
        a[i] += b[i];
        a[i + 1] += b[i + 1];
        a[i + 2] += b[i + 2];
        a[i + 3] += b[i + 3];
    }
    for (; i < n; i++)
        a[i] += b[i];
}
