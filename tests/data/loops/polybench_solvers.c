/* category: polybench solvers */
/*
 * Factorisations and solvers of PolyBench/C, written anew from their published definitions.
 */
#include "tsvc.h"

/* A = L U in place */
void lu(int m, real a[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < i; j++) {
            for (int k = 0; k < j; k++)
                a[i][j] -= a[i][k] * a[k][j];
            a[i][j] /= a[j][j];
        }
        for (int j = i; j < m; j++)
            for (int k = 0; k < i; k++)
                a[i][j] -= a[i][k] * a[k][j];
    }
}

/* A = L U, L y = b, U x = y */
void ludcmp(int m, real a[restrict m][m], const real b[restrict m], real x[restrict m], real y[restrict m])
{
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < i; j++) {
            real w = a[i][j];
            for (int k = 0; k < j; k++)
                w -= a[i][k] * a[k][j];
            a[i][j] = w / a[j][j];
        }
        for (int j = i; j < m; j++) {
            real w = a[i][j];
            for (int k = 0; k < i; k++)
                w -= a[i][k] * a[k][j];
            a[i][j] = w;
        }
    }
    for (int i = 0; i < m; i++) {
        real w = b[i];
        for (int j = 0; j < i; j++)
            w -= a[i][j] * y[j];
        y[i] = w;
    }
    for (int i = m - 1; i >= 0; i--) {
        real w = y[i];
        for (int j = i + 1; j < m; j++)
            w -= a[i][j] * x[j];
        x[i] = w / a[i][i];
    }
}

/* A = L L' in place, lower triangle */
void cholesky(int m, real a[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < i; j++) {
            for (int k = 0; k < j; k++)
                a[i][j] -= a[i][k] * a[j][k];
            a[i][j] /= a[j][j];
        }
        for (int k = 0; k < i; k++)
            a[i][i] -= a[i][k] * a[i][k];
        a[i][i] = sqrt(a[i][i]);
    }
}

/* L x = b */
void trisolv(int m, const real l[restrict m][m], real x[restrict m], const real b[restrict m])
{
    for (int i = 0; i < m; i++) {
        x[i] = b[i];
        for (int j = 0; j < i; j++)
            x[i] -= l[i][j] * x[j];
        x[i] = x[i] / l[i][i];
    }
}

/* Toeplitz system by Levinson and Durbin */
void durbin(int n, const real r[restrict n], real y[restrict n], real z[restrict n])
{
    real beta = 1, alpha = -r[0];
    y[0] = -r[0];
    for (int k = 1; k < n; k++) {
        beta = (1 - alpha * alpha) * beta;
        real sum = 0;
        for (int i = 0; i < k; i++)
            sum += r[k - i - 1] * y[i];
        alpha = -(r[k] + sum) / beta;
        for (int i = 0; i < k; i++)
            z[i] = y[i] + alpha * y[k - i - 1];
        for (int i = 0; i < k; i++)
            y[i] = z[i];
        y[k] = alpha;
    }
}

/* A = Q R by modified Gram-Schmidt */
void gramschmidt(int m, real a[restrict m][m], real r[restrict m][m], real q[restrict m][m])
{
    for (int k = 0; k < m; k++) {
        real norm = 0;
        for (int i = 0; i < m; i++)
            norm += a[i][k] * a[i][k];
        r[k][k] = sqrt(norm);
        for (int i = 0; i < m; i++)
            q[i][k] = a[i][k] / r[k][k];
        for (int j = k + 1; j < m; j++) {
            r[k][j] = 0;
            for (int i = 0; i < m; i++)
                r[k][j] += q[i][k] * a[i][j];
            for (int i = 0; i < m; i++)
                a[i][j] = a[i][j] - q[i][k] * r[k][j];
        }
    }
}

/* Covariance of the columns of data */
void covariance(int m, real size, real data[restrict m][m], real cov[restrict m][m], real mean[restrict m])
{
    for (int j = 0; j < m; j++) {
        mean[j] = 0;
        for (int i = 0; i < m; i++)
            mean[j] += data[i][j];
        mean[j] /= size;
    }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            data[i][j] -= mean[j];
    for (int i = 0; i < m; i++)
        for (int j = i; j < m; j++) {
            cov[i][j] = 0;
            for (int k = 0; k < m; k++)
                cov[i][j] += data[k][i] * data[k][j];
            cov[i][j] /= size - 1;
            cov[j][i] = cov[i][j];
        }
}

/* Correlation of the columns of data */
void correlation(int m, real size, real eps, real data[restrict m][m], real corr[restrict m][m],
                 real mean[restrict m], real stddev[restrict m])
{
    for (int j = 0; j < m; j++) {
        mean[j] = 0;
        for (int i = 0; i < m; i++)
            mean[j] += data[i][j];
        mean[j] /= size;
    }
    for (int j = 0; j < m; j++) {
        stddev[j] = 0;
        for (int i = 0; i < m; i++)
            stddev[j] += (data[i][j] - mean[j]) * (data[i][j] - mean[j]);
        stddev[j] /= size;
        stddev[j] = sqrt(stddev[j]);
        stddev[j] = stddev[j] <= eps ? 1 : stddev[j];
    }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            data[i][j] -= mean[j];
            data[i][j] /= sqrt(size) * stddev[j];
        }
    for (int i = 0; i < m - 1; i++) {
        corr[i][i] = 1;
        for (int j = i + 1; j < m; j++) {
            corr[i][j] = 0;
            for (int k = 0; k < m; k++)
                corr[i][j] += data[k][i] * data[k][j];
            corr[j][i] = corr[i][j];
        }
    }
    corr[m - 1][m - 1] = 1;
}
