//! Hit-and-run against laws that are known, and its promise that points stay inside.

use dunamis_sampling::{BodyError, ConvexBody, CuttingPlane, Direction, HitAndRun, LinearRow, Seed};
use proptest::prelude::*;

/// The largest distance that the distribution function of `n` independent draws has from the true one with probability above
/// 1e-6 `[Massart 1990]`.
fn largest_deviation(n: usize) -> f64 {
    (2e6_f64.ln() / (2.0 * n as f64)).sqrt()
}

fn deviation(mut draws: Vec<f64>, distribution: impl Fn(f64) -> f64) -> f64 {
    draws.sort_unstable_by(f64::total_cmp);
    let n = draws.len() as f64;
    let gap = |(k, x): (usize, &f64)| {
        let p = distribution(*x);
        (p - k as f64 / n).abs().max((p - (k + 1) as f64 / n).abs())
    };
    draws.iter().enumerate().map(gap).fold(0.0, f64::max)
}

fn row(normal: &[f64], bound: f64) -> LinearRow {
    LinearRow { normal: normal.to_vec(), bound }
}

/// $`x_1 \le \dots \le x_d`$.
fn ordered(dimension: usize) -> Vec<LinearRow> {
    let row_at = |k: usize| {
        let mut normal = vec![0.0; dimension];
        (normal[k - 1], normal[k]) = (-1.0, 1.0);
        row(&normal, 0.0)
    };
    (1..dimension).map(row_at).collect()
}

fn cube(dimension: usize) -> ConvexBody {
    ConvexBody::new(vec![0.0; dimension], vec![1.0; dimension], &[]).unwrap()
}

/// The probability that at least `k` of `n` uniform numbers are at most `x`.
fn order_statistic(k: usize, n: usize, x: f64) -> f64 {
    let binomial = |j: usize| (0..j).fold(1.0, |b, i| b * (n - i) as f64 / (i + 1) as f64);
    (k..=n).map(|j| binomial(j) * x.powi(j as i32) * (1.0 - x).powi((n - j) as i32)).sum()
}

/// One draw of each of many short walks from the same start.
fn draws(walk: &HitAndRun<'_>, start: &[f64], steps: u64, count: u64) -> Vec<Vec<f64>> {
    let of_stream = |index| {
        let mut walk = walk.clone();
        walk.restart(start).unwrap();
        walk.steps(steps, &mut Seed::new(5).stream(index));
        walk.point().to_vec()
    };
    (0..count).map(of_stream).collect()
}

/// The rows of a body, told one at a time.
struct Hidden(Vec<LinearRow>);

impl CuttingPlane for Hidden {
    fn cut(&self, point: &[f64]) -> Option<LinearRow> {
        self.0.iter().find(|row| row.slack(point) < 0.0).cloned()
    }
}

#[test]
fn ordered_numbers_have_the_laws_of_order_statistics() {
    let start: Vec<f64> = (1..=5).map(|k| f64::from(k) / 6.0).collect();
    let (body, open, hidden) = (cube(5).with_rows(&ordered(5)).unwrap(), cube(5), Hidden(ordered(5)));
    for direction in [Direction::Coordinate, Direction::Random] {
        let inside = HitAndRun::new(&body, &start, direction).unwrap();
        let told = HitAndRun::new(&open, &start, direction).unwrap().with_oracle(&hidden).unwrap();
        for walk in [inside, told] {
            let draws = draws(&walk, &start, 300, 4_000);
            for k in 0..5 {
                let numbers: Vec<f64> = draws.iter().map(|draw| draw[k]).collect();
                let deviation = deviation(numbers, |x| order_statistic(k + 1, 5, x));
                assert!(deviation < largest_deviation(4_000), "{direction:?} {k}: {deviation}");
            }
        }
    }
}

#[test]
fn a_half_ball_has_the_marginals_of_a_ball() {
    let body = ConvexBody::new(vec![-2.0; 3], vec![2.0; 3], &[row(&[1.0, 1.0, 0.0], 0.0)]).unwrap();
    let body = body.with_radius(1.5).unwrap();
    let start = [0.3, 0.2, -0.1];
    for direction in [Direction::Coordinate, Direction::Random] {
        let draws = draws(&HitAndRun::new(&body, &start, direction).unwrap(), &start, 100, 4_000);
        // By symmetry the third coordinate does not know of the cut: its density is that of a ball.
        let numbers = draws.iter().map(|draw| draw[2] / 1.5).collect();
        let deviation = deviation(numbers, |x| 0.5 + 0.25 * (3.0 * x - x * x * x));
        assert!(deviation < largest_deviation(4_000), "{direction:?}: {deviation}");
        assert!(draws.iter().all(|x| x.iter().map(|x| x * x).sum::<f64>() <= 2.25 * (1.0 + 1e-12)));
    }
}

#[test]
fn walks_do_not_drift_out_of_a_thin_body() {
    // Between two parallel sides that are 1e-9 apart.
    let rows = [row(&[1.0, -1.0, 1.0 / 3.0], 0.1), row(&[-1.0, 1.0, -1.0 / 3.0], -0.1 - 1e-9)];
    let body = cube(3).with_rows(&rows).unwrap();
    let start = [0.4 + 5e-10, 0.4, 0.3];
    for direction in [Direction::Coordinate, Direction::Random] {
        let mut walk = HitAndRun::new(&body, &start, direction).unwrap();
        let mut rng = Seed::new(3).stream(0);
        for _ in 0..2_000 {
            walk.steps(97, &mut rng);
            assert!(rows.iter().all(|row| row.slack(walk.point()) > 0.0), "{direction:?}: {walk:?}");
        }
    }
}

#[test]
fn the_same_bytes_everywhere() {
    let body = cube(3).with_rows(&[row(&[1.0, 1.0, -1.0], 0.25)]).unwrap().with_radius(1.5).unwrap();
    let points = [Direction::Coordinate, Direction::Random].map(|direction| {
        let mut walk = HitAndRun::new(&body, &[0.5; 3], direction).unwrap();
        walk.steps(1_000, &mut Seed::new(1).stream(2));
        format!("{:?}", walk.point())
    });
    insta::assert_snapshot!(points.join("\n"), @r"
    [0.3563022395816599, 0.9017117850988267, 0.9688619952875243]
    [0.576499474805525, 0.47818629948669733, 0.36544327004457655]
    ");
}

#[test]
fn refusals_name_the_fix() {
    let body = cube(2).with_rows(&ordered(2)).unwrap();
    let start = |point: &[f64]| HitAndRun::new(&body, point, Direction::Coordinate).unwrap_err();
    let open = cube(2);
    let walk = HitAndRun::new(&open, &[0.75, 0.25], Direction::Coordinate).unwrap();
    let ball = cube(2).with_radius(1.0).unwrap();
    let errors = [
        ConvexBody::new(vec![], vec![], &[]).unwrap_err(),
        ConvexBody::new(vec![0.0; 2], vec![1.0], &[]).unwrap_err(),
        ConvexBody::new(vec![0.0; 2], vec![1.0, f64::INFINITY], &[]).unwrap_err(),
        ConvexBody::new(vec![0.0; 2], vec![1.0, 0.0], &[]).unwrap_err(),
        cube(2).with_rows(&[row(&[1.0], 0.0)]).unwrap_err(),
        cube(2).with_rows(&[row(&[1.0, f64::NAN], 0.0)]).unwrap_err(),
        cube(2).with_radius(0.0).unwrap_err(),
        start(&[0.5]),
        start(&[0.5, f64::NAN]),
        start(&[0.75, 0.25]),
        HitAndRun::new(&ball, &[0.8; 2], Direction::Random).unwrap_err(),
        walk.with_oracle(&Hidden(ordered(2))).unwrap_err(),
    ];
    insta::assert_snapshot!(errors.map(|error: BodyError| error.to_string()).join("\n"), @r"
    the body has no coordinate: give it at least one
    the upper corner has `1` entries: pass one for each of the `2` coordinates
    coordinate `1` has no bound on one side: a uniform law needs a bounded body, so give it a box
    coordinate `1` is between `0.0` and `0.0`: choose finite bounds, the lower one below
    a row has `1` entries: pass one for each of the `2` coordinates
    row `0` has entries that are not finite or too large: scale it
    the radius of the ball is `0.0`: choose a positive number
    the point has `1` entries: pass one for each of the `2` coordinates
    coordinate `1` of the point is `NaN`, outside of its bounds: start inside the body
    the point falls short of row `0` by `0.5000000000009139`: start inside the body, away from its boundary
    the point is outside of the ball of radius `1.0`: start inside the body
    the oracle rejects the point: start inside the body
    ");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever the constraints are, a walk in them stays in them, with or without an oracle.
    #[test]
    fn points_stay_inside(
        normals in proptest::collection::vec((proptest::collection::vec(-1.0..1.0, 4), 0.001..0.5), 0..9),
        centre in proptest::collection::vec(0.1..0.9, 4),
        seed: u64,
        random: bool,
        radius in proptest::option::of(2.0..3.0),
    ) {
        let through = |(normal, margin): &(Vec<f64>, f64)| {
            let here = row(normal, 0.0).slack(&centre);
            row(normal, here - margin)
        };
        let rows: Vec<LinearRow> = normals.iter().map(through).collect();
        let mut body = cube(4);
        if let Some(radius) = radius {
            body = body.with_radius(radius).unwrap();
        }
        let cut = body.with_rows(&rows).unwrap();
        let direction = if random { Direction::Random } else { Direction::Coordinate };
        let hidden = Hidden(rows.clone());
        let inside = HitAndRun::new(&cut, &centre, direction).unwrap();
        let told = HitAndRun::new(&body, &centre, direction).unwrap().with_oracle(&hidden).unwrap();
        for mut walk in [inside, told] {
            let mut rng = Seed::new(seed).stream(0);
            for _ in 0..50 {
                walk.steps(7, &mut rng);
                prop_assert!(rows.iter().all(|row| row.slack(walk.point()) >= 0.0));
                prop_assert!(walk.point().iter().all(|x| (0.0..=1.0).contains(x)));
            }
            prop_assert!(walk.cuts().all(|cut| rows.contains(cut)));
            prop_assert!(walk.cuts().count() <= rows.len());
        }
    }
}
