//! Cells of central hyperplane arrangements, exactly.

use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use std::collections::BTreeMap;

/// A fan: polyhedral cones that meet in common faces, all faces included. A cone is the list of its rays, in ascending order; its
/// relative interior is the set of their positive combinations. The empty list is the origin.
#[derive(Clone, Debug)]
pub(crate) struct Fan {
    rays: Vec<Vec<BigInt>>,
    cones: Vec<Vec<u32>>,
}

impl Fan {
    /// The rewards $`r_1 \ge \dots \ge r_d`$, one of each orbit.
    ///
    /// Up to a constant, they are combinations of the $`(1, \dots, 1, 0, \dots, 0)`$. Where a constant matters (`shifts`), they are
    /// parted by how many entries are positive, and the others combine the $`(0, \dots, 0, -1, \dots, -1)`$.
    pub(crate) fn of_sorted_rewards(dimension: usize, shifts: bool) -> Self {
        let positive = |ones: usize| (0..dimension).map(|j| BigInt::from(i32::from(j < ones))).collect::<Vec<_>>();
        let negative = |zeros: usize| (0..dimension).map(|j| BigInt::from(-i32::from(j >= zeros))).collect();
        // (ray, how many entries are positive at least, and at most)
        let mut rays: Vec<(Vec<BigInt>, usize, usize)> = Vec::new();
        let last = if shifts { dimension + 1 } else { dimension };
        rays.extend((1..last).map(|ones| (positive(ones), ones, dimension)));
        if shifts {
            rays.extend((0..dimension).map(|zeros| (negative(zeros), 0, zeros)));
        }
        let mut cones: Vec<(Vec<u32>, usize, usize)> = vec![(Vec::new(), 0, dimension)];
        for (number, (_, least, most)) in rays.iter().enumerate() {
            let larger: Vec<_> = cones
                .iter()
                .map(|(cone, low, high)| ([&cone[..], &[number as u32]].concat(), *low.max(least), *high.min(most)))
                .filter(|(_, low, high)| low <= high)
                .collect();
            cones.extend(larger);
        }
        Fan {
            rays: rays.into_iter().map(|(ray, ..)| ray).collect(),
            cones: cones.into_iter().map(|(cone, ..)| cone).collect(),
        }
    }

    /// Cuts every cone along the hyperplane of a normal vector, into the parts on either side and on it.
    pub(crate) fn cut(&mut self, normal: &[BigInt]) {
        let dot = |ray: &Vec<BigInt>| ray.iter().zip(normal).map(|(a, b)| a * b).sum::<BigInt>();
        let mut values: Vec<BigInt> = self.rays.iter().map(dot).collect();
        let crosses = |values: &[BigInt], cone: &[u32]| {
            let mut sides = cone.iter().map(|&ray| &values[ray as usize]);
            sides.clone().any(Signed::is_positive) && sides.any(Signed::is_negative)
        };
        // New rays lie on two-dimensional cones, of which all are listed.
        let mut crossings: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for cone in &self.cones {
            if let [i, j] = cone[..]
                && crosses(&values, cone)
            {
                let (a, b) = (values[i as usize].abs(), values[j as usize].abs());
                let sum = self.rays[i as usize].iter().zip(&self.rays[j as usize]).map(|(x, y)| x * &b + y * &a);
                crossings.insert((i, j), self.rays.len() as u32);
                self.rays.push(primitive(sum.collect()));
                values.push(BigInt::zero());
            }
        }
        let mut cones = Vec::with_capacity(self.cones.len() * 2);
        for cone in std::mem::take(&mut self.cones) {
            if !crosses(&values, &cone) {
                cones.push(cone);
                continue;
            }
            let side = |keep: fn(&BigInt) -> bool| -> Vec<u32> {
                cone.iter().copied().filter(|&ray| keep(&values[ray as usize])).collect()
            };
            let (above, below) = (side(Signed::is_positive), side(Signed::is_negative));
            let mut border = side(Zero::is_zero);
            for (&i, &j) in above.iter().flat_map(|i| below.iter().map(move |j| (i, j))) {
                border.extend(crossings.get(&(i.min(j), i.max(j))));
            }
            border.sort_unstable();
            for part in [above, below] {
                let mut part = [part, border.clone()].concat();
                part.sort_unstable();
                cones.push(part);
            }
            cones.push(border);
        }
        self.cones = cones;
    }

    /// How many cones there are.
    pub(crate) fn len(&self) -> usize {
        self.cones.len()
    }

    /// A point in the relative interior of each cone: the sum of its rays.
    pub(crate) fn interior_points(&self, dimension: usize) -> Vec<Vec<BigInt>> {
        let point = |cone: &Vec<u32>| {
            let mut sum = vec![BigInt::zero(); dimension];
            for &ray in cone {
                sum.iter_mut().zip(&self.rays[ray as usize]).for_each(|(sum, entry)| *sum += entry);
            }
            sum
        };
        self.cones.iter().map(point).collect()
    }
}

/// The shortest integer vector in the same direction.
pub(crate) fn primitive(vector: Vec<BigInt>) -> Vec<BigInt> {
    let divisor = vector.iter().fold(BigInt::zero(), |divisor, entry| gcd(divisor, entry.abs()));
    if divisor.is_zero() { vector } else { vector.into_iter().map(|entry| entry / &divisor).collect() }
}

fn gcd(mut a: BigInt, mut b: BigInt) -> BigInt {
    while !b.is_zero() {
        (a, b) = (b.clone(), a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn sorted_rewards() {
        // Compositions of four; and with a sign for each level, of which one may be zero.
        assert_eq!(Fan::of_sorted_rewards(4, false).len(), 8);
        let signs: usize = [(1, 1), (2, 3), (3, 3), (4, 1)].iter().map(|(levels, ways)| (2 * levels + 1) * ways).sum();
        assert_eq!(Fan::of_sorted_rewards(4, true).len(), signs);
    }

    fn dot(a: &[BigInt], b: &[BigInt]) -> BigInt {
        a.iter().zip(b).map(|(x, y)| x * y).sum()
    }

    /// A plane through two opposite rays of a cone over a quadrilateral crosses no edge.
    #[test]
    fn diagonals_cut() {
        let normal = |entries: [i32; 4]| entries.map(BigInt::from);
        let mut fan = Fan::of_sorted_rewards(4, true);
        fan.cut(&normal([2, 0, 1, 0]));
        let before = fan.len();
        fan.cut(&normal([0, 2, 1, 0]));
        assert!(fan.len() > before);
        let both = |point: &Vec<BigInt>| {
            dot(&normal([0, 2, 1, 0]), point).is_positive() && dot(&normal([2, 0, 1, 0]), point).is_positive()
        };
        let point = |point: &Vec<BigInt>| {
            both(point)
                && point[0] > point[1]
                && point[1].is_positive()
                && point[2] == point[3]
                && point[2].is_negative()
        };
        assert!(fan.interior_points(4).iter().any(point));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Every sorted reward lies in a cell with the same signs, and no two cells have the same.
        #[test]
        fn one_cell_for_every_sign_vector(
            normals in prop::collection::vec(prop::collection::vec(-2_i32..3, 4), 1..4),
            points in prop::collection::vec(prop::collection::vec(-4_i32..5, 4), 40),
            shifts in any::<bool>(),
        ) {
            let normals: Vec<Vec<BigInt>> = normals
                .iter()
                .map(|normal| {
                    let mut normal: Vec<BigInt> = normal.iter().copied().map(BigInt::from).collect();
                    if !shifts {
                        let sum: BigInt = normal[..3].iter().sum();
                        normal[3] = -sum;
                    }
                    normal
                })
                .collect();
            let mut fan = Fan::of_sorted_rewards(4, shifts);
            for normal in &normals {
                fan.cut(normal);
            }
            let signs = |point: &Vec<BigInt>| -> Vec<BigInt> {
                let walls = point.windows(2).map(|pair| &pair[0] - &pair[1]);
                let zero = if shifts { point.clone() } else { Vec::new() };
                walls.chain(zero).chain(normals.iter().map(|normal| dot(normal, point))).map(|x| x.signum()).collect()
            };
            let cells: Vec<Vec<BigInt>> = fan.interior_points(4).iter().map(&signs).collect();
            let distinct: BTreeSet<_> = cells.iter().cloned().collect();
            prop_assert_eq!(distinct.len(), cells.len());
            for point in points {
                let mut point: Vec<BigInt> = point.into_iter().map(BigInt::from).collect();
                point.sort_by(|a, b| b.cmp(a));
                prop_assert!(distinct.contains(&signs(&point)), "{point:?}");
            }
        }
    }
}
