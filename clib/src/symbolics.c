/* category: symbolics */
#include "tsvc.h"

/* requires inc >= 0
 * requires inc*(n-1) < n
 * param inc = 1 in 0..1
 * init b = 1/(k+1)**2
 */
void s171(int n, int inc, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i * inc] += b[i];
}

/* requires n1 >= 1
 * requires n3 >= 1
 * requires n + n3 <= 2**31
 * param n1 = 1 in 1..n+1
 * param n3 = 1 in 1..n+1
 * init b = 1/(k+1)**2
 */
void s172(int n, int n1, int n3, real a[restrict n], const real b[restrict n])
{
    for (int i = n1 - 1; i < n; i += n3)
        a[i] += b[i];
}

/* init b = 1/(k+1)**2 */
void s173(int n, real a[restrict n], const real b[restrict n])
{
    int k = n / 2;

    for (int i = 0; i < k; i++)
        a[i + k] = a[i] + b[i];
}

/* requires 2*M <= n
 * param M = n//2 in 0..n//2
 * init b = 1/(k+1)**2
 */
void s174(int n, int M, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < M; i++)
        a[i + M] = a[i] + b[i];
}

/* requires inc >= 1
 * requires n < 2 or (n-2)//inc*inc + inc < n
 * param inc = 1 in 1..n
 * init b = 1/(k+1)**2
 */
void s175(int n, int inc, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n - 1; i += inc)
        a[i] = a[i + inc] + b[i];
}

/* init b = 1/(k+1)
 * init c = 1/(k+1)
 */
void s176(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    int half = n / 2;

    for (int j = 0; j < half; j++)
        for (int i = 0; i < half; i++)
            a[i] += b[i + half - j - 1] * c[j];
}
