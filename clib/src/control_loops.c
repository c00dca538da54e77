/* category: control loops */
#include "tsvc.h"

/* init a = 0
 * init b = 1/(k+1)**2
 */
void va(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = b[i];
}

/* index ip in 0..n-1
 * init a = 0
 * init b = 1/(k+1)**2
 */
void vag(int n, real a[restrict n], const real b[restrict n], const int ip[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = b[ip[i]];
}

/* index ip in 0..n-1
 * init a = 0
 * init b = 1/(k+1)**2
 */
void vas(int n, real a[restrict n], const real b[restrict n], const int ip[restrict n])
{
    for (int i = 0; i < n; i++)
        a[ip[i]] = b[i];
}

/* init a = 0
 * init b = 1/(k+1)**2
 */
void vif(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        if (b[i] > 0)
            a[i] = b[i];
}

/* init a = 0
 * init b = 1/(k+1)**2
 */
void vpv(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] += b[i];
}

void vtv(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] *= b[i];
}

/* init b = 1/(k+1)
 * init c = 1/(k+1)
 */
void vpvtv(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] += b[i] * c[i];
}

/* param s = 1.0 in -2..2
 * init b = 1/(k+1)**2
 */
void vpvts(int n, real s, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] += b[i] * s;
}

/* init a = 1/(k+1)**2
 * init c = -1
 */
void vpvpv(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] += b[i] + c[i];
}

/* init b = 2
 * init c = 0.5
 */
void vtvtv(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = a[i] * b[i] * c[i];
}

/* init a = 1/(k+1) */
real vsumr(int n, const real a[restrict n])
{
    real sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i];
    return sum;
}

/* init a = 1/(k+1)
 * init b = 1/(k+1)
 */
real vdotr(int n, const real a[restrict n], const real b[restrict n])
{
    real dot = 0;
    for (int i = 0; i < n; i++)
        dot += a[i] * b[i];
    return dot;
}

/* requires n >= m
 * init a = 1/(k+1)
 * init b = 1/(k+1)
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void vbor(int n, int m, const real a[restrict n], const real b[restrict n], const real c[restrict n],
          const real d[restrict n], const real e[restrict n], real x[restrict n], const real aa[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        real p = a[i];
        real q = b[i];
        real r = c[i];
        real s = d[i];
        real t = e[i];
        real u = aa[0][i];
        p = p * q * r + p * q * s + p * q * t + p * q * u + p * r * s + p * r * t + p * r * u + p * s * t + p * s * u
            + p * t * u;
        q = q * r * s + q * r * t + q * r * u + q * s * t + q * s * u + q * t * u;
        r = r * s * t + r * s * u + r * t * u;
        s = s * t * u;
        x[i] = p * q * r * s;
    }
}
