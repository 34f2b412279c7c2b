//! Places for the vertices of a graph that nobody has placed.

/// Places `(x, y)` for `count` vertices, about one unit apart, `y` upwards; ready for [`Vertex::new`](crate::Vertex::new).
///
/// Where edges other than loops form no cycle, vertices stand in columns by how many edges lead to them at most, ordered so
/// that few edges cross. Otherwise the distances of the picture are made those of the graph, by majorizing the stress
/// `[Gansner, Koren and North 2004]`; components stand side by side. Edges of unknown vertices are ignored. Deterministic; the
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
    match columns(count, &proper) {
        Some(column) => in_columns(&column, &proper),
        None => by_stress(count, &proper),
    }
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

fn in_columns(column: &[usize], edges: &[(usize, usize)]) -> Vec<(f64, f64)> {
    let last = column.iter().copied().max().unwrap_or(0);
    let mut members: Vec<Vec<usize>> =
        (0..=last).map(|c| (0..column.len()).filter(|&v| column[v] == c).collect()).collect();
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

fn by_stress(count: usize, edges: &[(usize, usize)]) -> Vec<(f64, f64)> {
    let distance = distances(count, edges);
    let mut places = vec![(0.0, 0.0); count];
    let mut placed = vec![false; count];
    let mut right = 0.0;
    for first in 0..count {
        if placed[first] {
            continue;
        }
        let members: Vec<usize> = (0..count).filter(|&v| distance[first][v].is_finite()).collect();
        let component = component_by_stress(&members, &distance);
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

fn component_by_stress(members: &[usize], distance: &[Vec<f64>]) -> Vec<(f64, f64)> {
    let n = members.len();
    // Around a circle, a little uneven, so that no symmetry holds the places in a bad arrangement.
    let angle = |k: usize| std::f64::consts::TAU * (k as f64 + 0.13 * (k % 3) as f64) / n as f64;
    let radius = n as f64 / std::f64::consts::TAU;
    let mut places: Vec<(f64, f64)> =
        (0..n).map(|k| (-radius * angle(k).cos() * 1.1, radius * angle(k).sin())).collect();
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
    places
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

    proptest! {
        #[test]
        fn vertices_keep_apart(edges in prop::collection::vec((0..9_usize, 0..9_usize), 0..25)) {
            let places = automatic_places(9, &edges);
            prop_assert_eq!(&places, &automatic_places(9, &edges));
            for a in 0..9 {
                for b in 0..a {
                    let distance = (places[a].0 - places[b].0).hypot(places[a].1 - places[b].1);
                    prop_assert!(distance.is_finite() && distance > 0.05, "{} {} {:?}", a, b, places);
                }
            }
        }
    }
}
