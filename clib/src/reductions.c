/* category: reductions */
#include "tsvc.h"

/* init a = 1/(k+1) */
real s311(int n, const real a[restrict n])
{
    real sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i];
    return sum;
}

static real s31111_sum4(const real a[4])
{
    real s = 0;
    for (int i = 0; i < 4; i++)
        s += a[i];
    return s;
}

/* requires n >= 32 */
real s31111(int n, const real a[restrict n])
{
    real sum = 0;
    sum += s31111_sum4(a);
    sum += s31111_sum4(&a[4]);
    sum += s31111_sum4(&a[8]);
    sum += s31111_sum4(&a[12]);
    sum += s31111_sum4(&a[16]);
    sum += s31111_sum4(&a[20]);
    sum += s31111_sum4(&a[24]);
    sum += s31111_sum4(&a[28]);
    return sum;
}

/* data a in 1-4/n..1+4/n
 * init a = 1.000001
 */
real s312(int n, const real a[restrict n])
{
    real prod = 1;
    for (int i = 0; i < n; i++)
        prod *= a[i];
    return prod;
}

/* init a = 1/(k+1)
 * init b = 1/(k+1)
 */
real s313(int n, const real a[restrict n], const real b[restrict n])
{
    real dot = 0;
    for (int i = 0; i < n; i++)
        dot += a[i] * b[i];
    return dot;
}

/* init a = 1/(k+1) */
real s314(int n, const real a[restrict n])
{
    real x = a[0];
    for (int i = 0; i < n; i++)
        if (a[i] > x)
            x = a[i];
    return x;
}

/* init a = (7*k) % n */
real s315(int n, const real a[restrict n])
{
    real x = a[0];
    int index = 0;
    for (int i = 0; i < n; i++) {
        if (a[i] > x) {
            x = a[i];
            index = i;
        }
    }
    return x + index + 1;
}

/* init a = 1/(k+1) */
real s316(int n, const real a[restrict n])
{
    real x = a[0];
    for (int i = 1; i < n; i++)
        if (a[i] < x)
            x = a[i];
    return x;
}

real s317(int n)
{
    int half = n / 2;
    real q = 1;
    for (int i = 0; i < half; i++)
        q *= (real)0.99f;
    return q;
}

/* requires inc >= 0
 * requires inc*(n-1) < n
 * param inc = 1 in 0..1
 * init a = -2 if k == n-1 else 1/(k+1)
 */
real s318(int n, int inc, const real a[restrict n])
{
    int k = 0;
    int index = 0;
    real max = real_abs(a[0]);
    k += inc;
    for (int i = 1; i < n; i++) {
        if (real_abs(a[k]) <= max)
            goto step;
        index = i;
        max = real_abs(a[k]);
step:
        k += inc;
    }
    return max + index + 1;
}

/* init a = 0
 * init b = 0
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
real s319(int n, real a[restrict n], real b[restrict n], const real c[restrict n], const real d[restrict n],
          const real e[restrict n])
{
    real sum = 0;
    for (int i = 0; i < n; i++) {
        a[i] = c[i] + d[i];
        sum += a[i];
        b[i] = c[i] + e[i];
        sum += b[i];
    }
    return sum;
}

/* init aa = 2 if k + r == 2*(m-1) else 1/(k+1) */
real s3110(int m, const real aa[restrict m][m])
{
    real max = aa[0][0];
    int xindex = 0;
    int yindex = 0;
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < m; j++) {
            if (aa[i][j] > max) {
                max = aa[i][j];
                xindex = i;
                yindex = j;
            }
        }
    }
    return max + xindex + 1 + yindex + 1;
}

real s13110(int m, const real aa[restrict m][m])
{
    real max = aa[0][0];
    int xindex = 0;
    int yindex = 0;
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < m; j++) {
            if (aa[i][j] > max) {
                max = aa[i][j];
                xindex = i;
                yindex = j;
            }
        }
    }
    return max + xindex + 1 + yindex + 1;
}

/* init a = 1/(k+1) */
real s3111(int n, const real a[restrict n])
{
    real sum = 0;
    for (int i = 0; i < n; i++)
        if (a[i] > 0)
            sum += a[i];
    return sum;
}

/* init a = 1/(k+1)**2
 * init b = 0
 */
real s3112(int n, const real a[restrict n], real b[restrict n])
{
    real sum = 0;
    for (int i = 0; i < n; i++) {
        sum += a[i];
        b[i] = sum;
    }
    return sum;
}

/* init a = -2 if k == n-1 else 1/(k+1) */
real s3113(int n, const real a[restrict n])
{
    real max = real_abs(a[0]);
    for (int i = 0; i < n; i++)
        if (real_abs(a[i]) > max)
            max = real_abs(a[i]);
    return max;
}
