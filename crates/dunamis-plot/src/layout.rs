//! Places for the vertices of a graph that nobody has placed.

/// Least distance of two places: disks of vertices do not touch, and an arrow between them can be seen.
const APART: f64 = 0.75;

/// How many beginnings are tried.
const STARTS: usize = 12;

/// Places `(x, y)` for `count` vertices, about one unit apart, `y` upwards; ready for [`Vertex::new`](crate::Vertex::new).
///
/// Where edges other than loops form no cycle, vertices stand in columns by how many edges lead to them at most, ordered so
/// that few edges cross. Otherwise the distances of the picture are made those of the graph, by majorizing the stress
/// `[Gansner, Koren and North 2004]`; components stand side by side. Of several beginnings that with the fewest crossings counts. Edges of unknown vertices are ignored. Deterministic; the
/// time grows with the square of the number of vertices.
///
/// ```
/// use dunamis_plot::automatic_places;
/// let places = automatic_places(3, &[(0, 1), (0, 2), (2, 2)]);
/// assert!(places[1].0 > places[0].0 && places[2].0 > places[0].0);
/// ```
pub fn automatic_places(count: usize, edges: &[(usize, usize)]) -> Vec<(f64, f64)> {
    let proper: Vec<(usize, usize)> =
        edges.iter().copied().filter(|&(from, to)| from != to && from < count && to < count).collect();
    let column = columns(count, &proper);
    let distance = if column.is_none() { distances(count, &proper) } else { Vec::new() };
    let from = |start: usize| match &column {
        Some(column) => in_columns(column, &proper, start),
        None => by_stress(&distance, start),
    };
    // Where edges cross, another beginning may disentangle them.
    let mut best = from(0);
    let mut crossed = crossings(&best, &proper);
    for start in 1..if count * proper.len() <= 20_000 { STARTS } else { 1 } {
        if crossed == 0 {
            break;
        }
        let places = from(start);
        let number = crossings(&places, &proper);
        if number < crossed {
            (best, crossed) = (places, number);
        }
    }
    best
}

/// In how many pairs of edges, as straight lines, one crosses the other.
fn crossings(places: &[(f64, f64)], edges: &[(usize, usize)]) -> usize {
    let left = |a: usize, b: usize, c: usize| {
        let ((ax, ay), (bx, by), (cx, cy)) = (places[a], places[b], places[c]);
        (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) > 0.0
    };
    let cross = |&(a, b): &(usize, usize), &(c, d): &(usize, usize)| {
        let apart = a != c && a != d && b != c && b != d;
        apart && left(a, b, c) != left(a, b, d) && left(c, d, a) != left(c, d, b)
    };
    edges.iter().enumerate().map(|(k, edge)| edges[..k].iter().filter(|other| cross(edge, other)).count()).sum()
}

/// Numbers below `count` in another order for every start; in their own for the first.
fn shuffled(count: usize, start: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|&k| if start == 0 { k } else { k.wrapping_mul(2 * start + 1).wrapping_mul(0x9e37) % 257 });
    order
}

/// The length of the longest path to every vertex; `None` where there is a cycle.
fn columns(count: usize, edges: &[(usize, usize)]) -> Option<Vec<usize>> {
    let mut column = vec![0; count];
    // Without a cycle no path has more edges than there are other vertices.
    for _ in 0..=count {
        let mut settled = true;
        for &(from, to) in edges {
            if column[to] <= column[from] {
                column[to] = column[from] + 1;
                settled = false;
            }
        }
        if settled {
            return Some(column);
        }
    }
    None
}

fn in_columns(column: &[usize], edges: &[(usize, usize)], start: usize) -> Vec<(f64, f64)> {
    let last = column.iter().copied().max().unwrap_or(0);
    let order = shuffled(column.len(), start);
    let mut members: Vec<Vec<usize>> =
        (0..=last).map(|c| order.iter().copied().filter(|&v| column[v] == c).collect()).collect();
    let mut height = vec![0.0; column.len()];
    let spread = |members: &[usize], height: &mut [f64]| {
        for (index, &vertex) in members.iter().enumerate() {
            height[vertex] = (members.len() as f64 - 1.0) / 2.0 - index as f64;
        }
    };
    for members in &members {
        spread(members, &mut height);
    }
    // Every vertex moves towards the middle of its neighbors in other columns, and columns are spread again.
    for round in 0..24 {
        let order: Vec<usize> = if round % 2 == 0 { (0..=last).collect() } else { (0..=last).rev().collect() };
        for c in order {
            let wish = |vertex: usize| {
                let near = edges.iter().filter_map(|&(from, to)| match vertex {
                    _ if vertex == from => Some(to),
                    _ if vertex == to => Some(from),
                    _ => None,
                });
                let (sum, number) = near.fold((0.0, 0.0), |(sum, number), other| (sum + height[other], number + 1.0));
                if number > 0.0 { sum / number } else { height[vertex] }
            };
            let mut wishes: Vec<(f64, usize)> = members[c].iter().map(|&vertex| (wish(vertex), vertex)).collect();
            wishes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            members[c] = wishes.into_iter().map(|(_, vertex)| vertex).collect();
            spread(&members[c], &mut height);
        }
    }
    column.iter().zip(height).map(|(&c, y)| (1.25 * c as f64, y)).collect()
}

/// Numbers of edges between all pairs along shortest paths, whatever their directions; infinite between components.
fn distances(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<f64>> {
    let mut near = vec![Vec::new(); count];
    for &(from, to) in edges {
        near[from].push(to);
        near[to].push(from);
    }
    let from = |start: usize| {
        let mut distance = vec![f64::INFINITY; count];
        distance[start] = 0.0;
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(vertex) = queue.pop_front() {
            for &other in &near[vertex] {
                if distance[other].is_infinite() {
                    distance[other] = distance[vertex] + 1.0;
                    queue.push_back(other);
                }
            }
        }
        distance
    };
    (0..count).map(from).collect()
}

fn by_stress(distance: &[Vec<f64>], start: usize) -> Vec<(f64, f64)> {
    let count = distance.len();
    let mut places = vec![(0.0, 0.0); count];
    let mut placed = vec![false; count];
    let mut right = 0.0;
    for first in 0..count {
        if placed[first] {
            continue;
        }
        let members: Vec<usize> = (0..count).filter(|&v| distance[first][v].is_finite()).collect();
        let component = component_by_stress(&members, distance, start);
        let low = component.iter().map(|place| place.0).fold(f64::INFINITY, f64::min);
        let high = component.iter().map(|place| place.0).fold(f64::NEG_INFINITY, f64::max);
        for (&vertex, place) in members.iter().zip(&component) {
            places[vertex] = (place.0 - low + right, place.1);
            placed[vertex] = true;
        }
        right += high - low + 1.25;
    }
    places
}

fn component_by_stress(members: &[usize], distance: &[Vec<f64>], start: usize) -> Vec<(f64, f64)> {
    let n = members.len();
    let order = shuffled(n, start);
    // Around a circle, a little uneven, so that no symmetry holds the places in a bad arrangement.
    let angle = |k: usize| std::f64::consts::TAU * (k as f64 + 0.13 * (k % 3) as f64) / n as f64;
    let radius = n as f64 / std::f64::consts::TAU;
    let mut places: Vec<(f64, f64)> =
        order.into_iter().map(|k| (-radius * angle(k).cos() * 1.1, radius * angle(k).sin())).collect();
    // Long thin graphs straighten slowly, and are small.
    for _ in 0..(100_000 / n.max(1)).clamp(100, 2_000) {
        for i in 0..n {
            let (mut x, mut y, mut total) = (0.0, 0.0, 0.0);
            for j in (0..n).filter(|&j| j != i) {
                let ideal = 1.25 * distance[members[i]][members[j]];
                let (dx, dy) = (places[i].0 - places[j].0, places[i].1 - places[j].1);
                let length = dx.hypot(dy).max(1e-9);
                let weight = ideal.powi(-2);
                x += weight * (places[j].0 + ideal * dx / length);
                y += weight * (places[j].1 + ideal * dy / length);
                total += weight;
            }
            if total > 0.0 {
                places[i] = (x / total, y / total);
            }
        }
    }
    upright(&mut places);
    keep_apart(&mut places);
    places
}

/// Moves places that are so close that disks would touch away from each other, all at once, until none are.
fn keep_apart(places: &mut [(f64, f64)]) {
    for _ in 0..200 {
        let mut moves = vec![(0.0, 0.0); places.len()];
        let mut close = false;
        for a in 0..places.len() {
            for b in 0..a {
                let (dx, dy) = (places[a].0 - places[b].0, places[a].1 - places[b].1);
                let length = dx.hypot(dy);
                if length < 0.999 * APART {
                    close = true;
                    // Places in one spot part along the line that their numbers say.
                    let (dx, dy) = if length > 1e-9 { (dx / length, dy / length) } else { (a as f64).sin_cos() };
                    let step = (APART - length) / 2.0;
                    moves[a] = (moves[a].0 + step * dx, moves[a].1 + step * dy);
                    moves[b] = (moves[b].0 - step * dx, moves[b].1 - step * dy);
                }
            }
        }
        if !close {
            break;
        }
        for (place, by) in places.iter_mut().zip(moves) {
            *place = (place.0 + by.0, place.1 + by.1);
        }
    }
}

/// Turns places so that they extend most to the right, and the first lies at the left of the middle.
fn upright(places: &mut [(f64, f64)]) {
    let n = places.len() as f64;
    let mean = places.iter().fold((0.0, 0.0), |(x, y), place| (x + place.0 / n, y + place.1 / n));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for place in places.iter_mut() {
        *place = (place.0 - mean.0, place.1 - mean.1);
        xx += place.0 * place.0;
        yy += place.1 * place.1;
        xy += place.0 * place.1;
    }
    let (sin, cos) = (0.5 * (2.0 * xy).atan2(xx - yy)).sin_cos();
    for place in places.iter_mut() {
        *place = (cos * place.0 + sin * place.1, cos * place.1 - sin * place.0);
    }
    if places.first().is_some_and(|first| first.0 > 1e-9) {
        for place in places.iter_mut() {
            place.0 = -place.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn trees_stand_in_columns_without_crossings() {
        // Two children, whose own children are listed the other way round.
        let places = automatic_places(7, &[(0, 1), (0, 2), (1, 5), (1, 6), (2, 3), (2, 4)]);
        assert_eq!(
            places.iter().map(|place| (place.0 / 1.25).round()).collect::<Vec<_>>(),
            [0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0]
        );
        let above = |a: usize, b: usize| places[a].1 > places[b].1;
        assert_eq!(above(5, 3), above(1, 2));
        assert_eq!(above(6, 4), above(1, 2));
    }

    #[test]
    fn a_path_of_mutual_edges_is_straight() {
        let edges: Vec<(usize, usize)> = (0..4).flat_map(|v| [(v, v + 1), (v + 1, v)]).collect();
        let places = automatic_places(5, &edges);
        for (index, place) in places.iter().enumerate() {
            assert!((place.0 - (index as f64 - 2.0) * 1.25 - 2.5).abs() < 0.05 && place.1.abs() < 0.1, "{places:?}");
        }
    }

    #[test]
    fn what_can_be_drawn_without_crossings_is() {
        // Two chains, of which one begins above the other's end; a wheel.
        let chains = [(0, 3), (1, 2), (0, 5), (1, 4), (2, 6), (3, 7), (5, 8), (4, 9)];
        assert_eq!(crossings(&automatic_places(10, &chains), &chains), 0);
        let wheel: Vec<(usize, usize)> = (0..6).flat_map(|k| [(6, k), (k, (k + 1) % 6)]).collect();
        assert_eq!(crossings(&automatic_places(7, &wheel), &wheel), 0);
        assert_eq!(crossings(&[(0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)], &[(0, 1), (2, 3), (1, 2)]), 1);
    }

    proptest! {
        #[test]
        fn vertices_keep_apart(edges in prop::collection::vec((0..9_usize, 0..9_usize), 0..25)) {
            let places = automatic_places(9, &edges);
            prop_assert_eq!(&places, &automatic_places(9, &edges));
            for a in 0..9 {
                for b in 0..a {
                    let distance = (places[a].0 - places[b].0).hypot(places[a].1 - places[b].1);
                    prop_assert!(distance.is_finite() && distance > 0.6, "{} {} {:?}", a, b, places);
                }
            }
        }
    }
}
