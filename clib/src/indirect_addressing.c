/* category: indirect addressing */
#include "tsvc.h"

/* param s = 1.0 in -2..2
 * index ip in 0..n-1
 * init b = 1/(k+1)
 */
void s4112(int n, real s, real a[restrict n], const real b[restrict n], const int ip[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] += b[ip[i]] * s;
}

/* index ip in 0..n-1
 * init a = 0
 * init c = 1/(k+1)**2
 */
void s4113(int n, real a[restrict n], const real b[restrict n], const real c[restrict n], const int ip[restrict n])
{
    for (int i = 0; i < n; i++)
        a[ip[i]] = b[ip[i]] + c[i];
}

/* requires n1 >= 1
 * param n1 = 1 in 1..n+1
 * index ip in 0..n-1
 * init a = 0
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 */
void s4114(int n, int n1, real a[restrict n], const real b[restrict n], const real c[restrict n],
           const real d[restrict n], const int ip[restrict n])
{
    int k;
    for (int i = n1 - 1; i < n; i++) {
        k = ip[i];
        a[i] = b[i] + c[n - k - 1] * d[i];
        /* Dead: the next step sets k anew. */
        k += 5;
    }
}

/* index ip in 0..n-1
 * init a = 1/(k+1)
 * init b = 1/(k+1)
 */
real s4115(int n, const real a[restrict n], const real b[restrict n], const int ip[restrict n])
{
    real sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[ip[i]];
    return sum;
}

/* requires n >= m
 * requires j >= 1
 * requires j <= m
 * requires inc >= 0
 * requires inc + m - 2 < n
 * param j = max(1, m//2) in 1..m
 * param inc = 1 in 0..n-m+1
 * index ip in 0..m*m-1-(j-1)*m
 * init a = 1/(k+1)
 * init aa = 1/(k%m+1)
 */
real s4116(int n, int m, int j, int inc, const real a[restrict n], const real aa[restrict m * m],
           const int ip[restrict n])
{
    /* aa is flat: ip counts from the start of row j and may lead into later rows. */
    real sum = 0;
    for (int i = 0; i < m - 1; i++) {
        int off = inc + i;
        sum += a[off] * aa[(j - 1) * m + ip[i]];
    }
    return sum;
}

/* init a = 0
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 */
void s4117(int n, real a[restrict n], const real b[restrict n], const real c[restrict n], const real d[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = b[i] + c[i / 2] * d[i];
}
