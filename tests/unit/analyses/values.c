/* category: values that run through loops, beyond the 151 */

void histogram(int n, int h[restrict n], const int ip[restrict n])
{
    for (int i = 0; i < n; i++)
        h[ip[i]] += 1;
}

void weighted_histogram(int n, real a[restrict n], const real b[restrict n], const int ip[restrict n])
{
    for (int i = 0; i < n; i++)
        a[ip[i]] += b[i];
}

void scattered_recurrence(int n, real a[restrict n], const real b[restrict n], const int ip[restrict n])
{
    for (int i = 0; i < n; i++)
        a[ip[i]] = a[i] + b[i];
}

void permuted_rows(int n, int m, real aa[restrict m][m], const real bb[restrict m][m], const int ip[restrict m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            aa[i][j] = bb[ip[i] % m][j];
}

void matrix_vector(int n, int m, real a[restrict m], const real aa[restrict m][m], const real b[restrict m])
{
    for (int i = 0; i < m; i++) {
        real s = 0;
        for (int j = 0; j < m; j++)
            s += aa[i][j] * b[j];
        a[i] = s;
    }
}

void matrix_product(int m, real aa[restrict m][m], const real bb[restrict m][m], const real cc[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            aa[i][j] = 0;
            for (int k = 0; k < m; k++)
                aa[i][j] += bb[i][k] * cc[k][j];
        }
}

void row_minima(int m, real a[restrict m], const real aa[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            if (aa[j][i] < a[i])
                a[i] = aa[j][i];
}

real horner(int n, real x, const real a[restrict n])
{
    real s = 0;
    for (int i = 0; i < n; i++)
        s = s * x + a[i];
    return s;
}

real alternating(int n, const real a[restrict n])
{
    real s = 0;
    for (int i = 0; i < n; i++)
        s = a[i] - s;
    return s;
}

void rotation(int n, real a[restrict n], real b[restrict n], const real c[restrict n])
{
    for (int i = 1; i < n; i++) {
        a[i] = c[i] * a[i - 1] - b[i - 1];
        b[i] = a[i - 1] + c[i] * b[i - 1];
    }
}

real coupled_scalars(int n, real a[restrict n], const real b[restrict n])
{
    real x = 0, y = 1;
    for (int i = 0; i < n; i++) {
        real z = x + b[i] * y;
        y = y - b[i] * x;
        x = z;
        a[i] = x;
    }
    return y;
}

void order_three(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 3; i < n; i++)
        a[i] = 0.5f * a[i - 1] + b[i] * a[i - 3];
}

void even_order(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 4; i < n; i++)
        a[i] = a[i - 2] * 0.5f + a[i - 4] * b[i];
}

void guarded_recurrence(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 1; i < n; i++)
        if (c[i] > 0)
            a[i] = a[i - 1] * 0.5f + b[i];
}

void falling_sum(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = n - 2; i >= 0; i--)
        a[i] = a[i + 1] + b[i];
}

void every_second(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 2; i < n; i++)
        a[i] = a[i - 2] * b[i];
}

void logistic(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 1; i < n; i++)
        a[i] = b[i] * a[i - 1] * (1 - a[i - 1]);
}

void clipped_sum(int n, real a[restrict n], const real b[restrict n])
{
    real s = 0;
    for (int i = 0; i < n; i++) {
        if (s < 1)
            s += b[i];
        a[i] = s;
    }
}

void running_maximum(int n, real a[restrict n], const real b[restrict n])
{
    real x = b[0];
    for (int i = 0; i < n; i++) {
        if (b[i] > x)
            x = b[i];
        a[i] = x;
    }
}

void running_product(int n, real a[restrict n], const real b[restrict n])
{
    real p = 1;
    for (int i = 0; i < n; i++) {
        p *= b[i];
        a[i] = p;
    }
}

real last_minimum(int n, const real a[restrict n])
{
    real x = a[0];
    int at = 0;
    for (int i = 0; i < n; i++)
        if (a[i] <= x) {
            x = a[i];
            at = i;
        }
    return x + at;
}

real chosen_maximum(int n, const real a[restrict n], const real b[restrict n])
{
    real x = -10;
    for (int i = 0; i < n; i++)
        if (b[i] > 0)
            x = a[i] > x ? a[i] : x;
    return x;
}

real several(int n, const real a[restrict n], const real b[restrict n])
{
    real s = 0, p = 1, x = a[0];
    int count = 0;
    for (int i = 0; i < n; i++) {
        s += a[i];
        s -= b[i];
        p = p * (1 + a[i] * 0.125f);
        x = a[i] < x ? a[i] : x;
        if (a[i] > 0)
            count++;
    }
    return s + p + x + count;
}

int any_negative(int n, const real a[restrict n])
{
    int found = 0;
    for (int i = 0; i < n; i++)
        if (a[i] < 0)
            found = 1;
    return found;
}

int mask(int n, const int ip[restrict n])
{
    int all = 0;
    for (int i = 0; i < n; i++)
        all = all | ip[i];
    return all;
}

real watched_sum(int n, real a[restrict n], const real b[restrict n])
{
    real s = 0;
    for (int i = 0; i < n; i++) {
        s += b[i];
        if (s > 1)
            a[i] = 0;
    }
    return s;
}

real maximum_that_writes(int n, real a[restrict n], const real b[restrict n])
{
    real x = b[0];
    for (int i = 0; i < n; i++)
        if (b[i] > x) {
            x = b[i];
            a[i] = 1;
        }
    return x;
}

void correlation(int n, real a[restrict n], const real b[restrict 2 * n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i] += b[i + j] * c[j];
}

void not_a_convolution(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a[i] += b[j] * c[j];
}

void packs_in_place(int n, real a[restrict n])
{
    int j = 0;
    for (int i = 0; i < n; i++)
        if (a[i] > 0) {
            a[j] = a[i];
            j++;
        }
}

int packs_two(int n, real a[restrict n], real b[restrict n], const real c[restrict n])
{
    int j = 0;
    for (int i = 0; i < n; i++)
        if (c[i] > 0) {
            a[j] = c[i];
            b[j] = c[i] * c[i];
            j++;
        }
    return j;
}

void restarts(int n, real a[restrict n + 1], const real b[restrict n])
{
    int j = 0;
    for (int i = 0; i < n; i++) {
        if (b[i] > 0)
            j++;
        else
            j = 0;
        a[j] = b[i];
    }
}

void row_buffer(int m, real aa[restrict m][m], const real bb[restrict m][m])
{
    real row[m];
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < m; j++)
            row[j] = bb[i][j] * 2;
        for (int j = 0; j < m; j++)
            aa[i][j] = row[m - 1 - j];
    }
}

void kept_buffer(int m, real aa[restrict m][m], const real bb[restrict m][m])
{
    real row[m];
    for (int j = 0; j < m; j++)
        row[j] = bb[0][j];
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            aa[i][j] = row[j];
            row[j] = row[j] * bb[i][j];
        }
}

void two_before(int n, real a[restrict n], const real b[restrict n])
{
    real x = b[0], y = b[0];
    for (int i = 0; i < n; i++) {
        a[i] = b[i] - y;
        y = x;
        x = b[i] * b[i];
    }
}

int looks_up(int n, real a[restrict n], const real b[restrict n])
{
    int i;
    for (i = 0; i < n; i++) {
        real t = b[i] * 2;
        a[i] = t;
        if (t > 1)
            break;
    }
    return i;
}

int budget(int n, real a[restrict n], const real b[restrict n])
{
    real s = 0;
    int i;
    for (i = 0; i < n; i++) {
        s += b[i];
        if (s > 1)
            return i;
        a[i] = s;
    }
    return n;
}
