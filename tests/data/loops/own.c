/* category: loops in the spirit of TSVC */
#include "tsvc.h"

/* Exponential smoothing: a recurrence of first order with a constant factor. */
void smooth(int n, real weight, const real a[restrict n], real b[restrict n])
{
    b[0] = a[0];
    for (int i = 1; i < n; i++)
        b[i] = weight * a[i] + (1 - weight) * b[i - 1];
}

/* Fibonacci-like: order two, nothing else. */
void fibonacci(int n, real a[restrict n])
{
    for (int i = 2; i < n; i++)
        a[i] = a[i - 1] + a[i - 2];
}

/* Running minimum: a scan that is no sum. */
void running_min(int n, const real a[restrict n], real b[restrict n])
{
    real low = a[0];
    for (int i = 0; i < n; i++) {
        if (a[i] < low)
            low = a[i];
        b[i] = low;
    }
}

/* A histogram: duplicates in ip collide.
 * index ip in 0..n-1
 */
void histogram(int n, real count[restrict n], const int ip[restrict n], const real w[restrict n])
{
    for (int i = 0; i < n; i++)
        count[ip[i]] += w[i];
}

/* The same addresses, but without duplicates.
 * index ip in 0..n-1 permutation
 */
void permute(int n, real a[restrict n], const real b[restrict n], const int ip[restrict n])
{
    for (int i = 0; i < n; i++)
        a[ip[i]] = b[i];
}

/* Rows of a sparse matrix with k entries each, column by column.
 * requires k >= 1
 * requires k * n <= m * m
 * param k = 2 in 1..3
 * index col in 0..n-1
 */
void ellpack(int n, int m, int k, const real val[restrict m * m], const int col[restrict m * m],
             const real x[restrict n], real y[restrict n])
{
    for (int i = 0; i < n; i++) {
        real sum = 0;
        for (int j = 0; j < k; j++)
            sum += val[j * n + i] * x[col[j * n + i]];
        y[i] = sum;
    }
}

/* Transposition in place: upper and lower triangle change places. */
void transpose(int m, real aa[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < i; j++) {
            real t = aa[i][j];
            aa[i][j] = aa[j][i];
            aa[j][i] = t;
        }
}

/* The array turned round in place: the two halves meet in the middle. */
void reverse_array(int n, real a[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = a[n - 1 - i];
}

/* Horner's rule along the second index. */
void horner(int m, const real coef[restrict m][m], const real x[restrict m], real y[restrict m])
{
    for (int i = 0; i < m; i++) {
        real sum = 0;
        for (int j = m - 1; j >= 0; j--)
            sum = sum * x[i] + coef[i][j];
        y[i] = sum;
    }
}

/* Edit distance: three neighbours, an integer table.
 * index a in 0..3
 * index b in 0..3
 * index t in 0..9
 */
void edit_distance(int m, const int a[restrict m], const int b[restrict m], int t[restrict m][m])
{
    for (int i = 1; i < m; i++)
        for (int j = 1; j < m; j++) {
            int best = t[i - 1][j - 1] + (a[i] == b[j] ? 0 : 1);
            if (t[i - 1][j] + 1 < best)
                best = t[i - 1][j] + 1;
            if (t[i][j - 1] + 1 < best)
                best = t[i][j - 1] + 1;
            t[i][j] = best;
        }
}

/* Split by sign: two compactions with one loop. */
void partition(int n, const real a[restrict n], real low[restrict n], real high[restrict n])
{
    int j = 0, k = 0;
    for (int i = 0; i < n; i++) {
        if (a[i] < 0) {
            low[j] = a[i];
            j++;
        } else {
            high[k] = a[i];
            k++;
        }
    }
}

/* The first element above a bound, found from the right. */
int last_above(int n, real bound, const real a[restrict n])
{
    int at = -1;
    for (int i = n - 1; i >= 0; i--)
        if (a[i] > bound) {
            at = i;
            break;
        }
    return at;
}

/* Red points, then black points of one line: no dependence within a colour. */
void red_black(int n, real a[restrict n])
{
    for (int i = 1; i < n - 1; i += 2)
        a[i] = (real)0.5 * (a[i - 1] + a[i + 1]);
    for (int i = 2; i < n - 1; i += 2)
        a[i] = (real)0.5 * (a[i - 1] + a[i + 1]);
}

/* Two interleaved recurrences of distance three. */
void interleaved(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 3; i < n; i++)
        a[i] = a[i - 3] * b[i];
}

/* Complex Mandelbrot steps: each point iterates by itself until it escapes.
 * requires limit >= 1
 * param limit = 8 in 1..12
 */
void mandelbrot(int n, int limit, const real cx[restrict n], const real cy[restrict n], real out[restrict n])
{
    for (int i = 0; i < n; i++) {
        real x = 0, y = 0;
        int count = 0;
        for (int k = 0; k < limit; k++) {
            real t = x * x - y * y + cx[i];
            y = 2 * x * y + cy[i];
            x = t;
            if (x * x + y * y > 4)
                break;
            count++;
        }
        out[i] = count;
    }
}

/* The largest sum of consecutive elements (Kadane). */
real best_run(int n, const real a[restrict n])
{
    real best = a[0], here = 0;
    for (int i = 0; i < n; i++) {
        here = here > 0 ? here + a[i] : a[i];
        if (here > best)
            best = here;
    }
    return best;
}

/* A box filter of width three, in place, with the old left value carried along. */
void box_in_place(int n, real a[restrict n])
{
    real left = a[0];
    for (int i = 1; i < n - 1; i++) {
        real here = a[i];
        a[i] = (left + here + a[i + 1]) / 3;
        left = here;
    }
}

/* Bubble sort: every comparison depends on the one before. */
void bubble(int m, real a[restrict m])
{
    for (int i = 0; i < m - 1; i++)
        for (int j = 0; j < m - 1 - i; j++)
            if (a[j] > a[j + 1]) {
                real t = a[j];
                a[j] = a[j + 1];
                a[j + 1] = t;
            }
}
