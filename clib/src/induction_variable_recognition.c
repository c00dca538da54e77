/* category: induction variable recognition */
#include "tsvc.h"

/* init b = 1/(k+1)**2 */
void s121(int n, real a[restrict n], const real b[restrict n])
{
    int j;

    for (int i = 0; i < n - 1; i++) {
        j = i + 1;
        a[i] = a[j] + b[i];
    }
}

/* requires n1 >= 1
 * requires n3 >= 1
 * requires n + n3 <= 2**31
 * param n1 = 1 in 1..n+1
 * param n3 = 1 in 1..n+1
 * init b = 1/(k+1)**2
 */
void s122(int n, int n1, int n3, real a[restrict n], const real b[restrict n])
{
    int j = 1;
    int k = 0;

    for (int i = n1 - 1; i < n; i += n3) {
        k += j;
        a[i] += b[n - k];
    }
}

/* init a = 0
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s123(int n, real a[restrict n], const real b[restrict n], const real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    int half = n / 2;
    int j = -1;

    for (int i = 0; i < half; i++) {
        j++;
        a[j] = b[i] + d[i] * e[i];
        if (c[i] > 0) {
            j++;
            a[j] = c[i] + d[i] * e[i];
        }
    }
}

/* init a = 0
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s124(int n, real a[restrict n], const real b[restrict n], const real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    int j = -1;

    for (int i = 0; i < n; i++) {
        if (b[i] > 0) {
            j++;
            a[j] = b[i] + d[i] * e[i];
        } else {
            j++;
            a[j] = c[i] + d[i] * e[i];
        }
    }
}

/* init aa = 1
 * init bb = 0.5
 * init cc = 2
 */
void s125(int m, const real aa[restrict m][m], const real bb[restrict m][m],
          const real cc[restrict m][m], real flat[restrict m * m])
{
    int k = -1;

    for (int i = 0; i < m; i++) {
        for (int j = 0; j < m; j++) {
            k++;
            flat[k] = aa[i][j] + bb[i][j] * cc[i][j];
        }
    }
}

/* init bb = 1
 * init flat = 1/(k+1)
 */
void s126(int m, real bb[restrict m][m], const real cc[restrict m][m], const real flat[restrict m * m])
{
    int k = 1;

    for (int i = 0; i < m; i++) {
        for (int j = 1; j < m; j++) {
            bb[j][i] = bb[j - 1][i] + flat[k - 1] * cc[j][i];
            k++;
        }
        k++;
    }
}

/* init a = 0
 * init c = 1/(k+1)
 * init d = 1/(k+1)
 * init e = 1/(k+1)
 */
void s127(int n, real a[restrict n], const real b[restrict n], const real c[restrict n],
          const real d[restrict n], const real e[restrict n])
{
    int half = n / 2;
    int j = -1;

    for (int i = 0; i < half; i++) {
        j++;
        a[j] = b[i] + c[i] * d[i];
        j++;
        a[j] = b[i] + d[i] * e[i];
    }
}

/* init a = 0
 * init b = 2
 */
void s128(int n, real a[restrict n], real b[restrict n], const real c[restrict n],
          const real d[restrict n])
{
    int half = n / 2;
    int j = -1;
    int k;

    for (int i = 0; i < half; i++) {
        k = j + 1;
        a[i] = b[k] - d[i];
        j = k + 1;
        b[k] = a[i] + c[k];
    }
}

/* init a = 0
 * init b = 1/(k+1)**2
 */
void s453(int n, real a[restrict n], const real b[restrict n])
{
    real s = 0;

    for (int i = 0; i < n; i++) {
        s += 2;
        a[i] = s * b[i];
    }
}
