//! Binomial coefficients and falling factorials.

use num_bigint::BigUint;
use num_traits::{One, Zero};

/// $`n (n-1) \cdots (n-k+1)`$, by halves, so that large factors meet large ones; 0 for $`k > n`$.
pub(crate) fn falling(n: usize, k: usize) -> BigUint {
    if k > n {
        return BigUint::zero();
    }
    product(n - k, n)
}

/// The product of the integers above `low` up to `high`.
fn product(low: usize, high: usize) -> BigUint {
    if high - low <= 16 {
        return (low + 1..=high).fold(BigUint::one(), |product, factor| product * factor);
    }
    let middle = low + (high - low) / 2;
    product(low, middle) * product(middle, high)
}

/// $`\binom nk`$; 0 for $`k > n`$. $`O(\min(k, n-k))`$ multiplications.
pub(crate) fn binomial(n: usize, k: usize) -> BigUint {
    if k > n {
        return BigUint::zero();
    }
    let k = k.min(n - k);
    falling(n, k) / falling(k, k)
}

/// $`(\sum_i m_i)! / \prod_i m_i!`$, unless it exceeds a limit.
pub(crate) fn multinomial(multiplicities: &[usize], limit: Option<&BigUint>) -> Option<BigUint> {
    let mut product = BigUint::one();
    let mut total: usize = 0;
    for &m in multiplicities {
        // C(total + m, m) grows with every factor, so that passing the limit once is passing it for good.
        let (small, large) = (total.min(m), total.max(m));
        for i in 1..=small {
            product = product * (large + i) / i;
            if limit.is_some_and(|limit| product > *limit) {
                return None;
            }
        }
        total += m;
    }
    Some(product)
}
