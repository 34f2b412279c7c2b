//! Renders one figure of every kind to SVG and PNG: `cargo run --release --example gallery -- <folder>`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use dunamis_plot::{
    Animation, Bar, BarChart, Bins, Block, BlockGrid, Cell, Color, ColorMap, ColorScale, Curve, Dash, Digraph, Edge,
    Extent, Figure, Grid, GridDiagram, HeatMap, Histogram, Histogram2d, HistogramGrid, LinePlot, OKABE_ITO, Panels,
    Plot, PlotError, Region, Scatter, Slider, Tabular, Vertex, automatic_places,
};

/// A maze of seven by seven cells; `#` is a wall.
const MAZE: [&str; 7] = [".......", ".##.###", "....###", ".##....", ".##.##.", ".##....", "....##."];

fn open(row: usize, column: usize) -> bool {
    MAZE[row].as_bytes()[column] == b'.'
}

fn open_cells() -> Vec<(usize, usize)> {
    (0..7).flat_map(|row| (0..7).map(move |column| (row, column))).filter(|&(r, c)| open(r, c)).collect()
}

/// How many neighbors of a cell are open.
fn degree(row: usize, column: usize) -> usize {
    let at = |r: usize, c: usize| usize::from(r < 7 && c < 7 && open(r, c));
    at(row.wrapping_sub(1), column) + at(row + 1, column) + at(row, column.wrapping_sub(1)) + at(row, column + 1)
}

/// A number between 0 and 1 that looks random.
fn noise(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn power(row: usize, column: usize) -> f64 {
    [0.0, 0.667, 0.75, 0.8, 0.833][degree(row, column)] + 0.004 * (noise((row * 7 + column) as u64) - 0.5)
}

fn joint_power(h: (usize, usize), a: (usize, usize), sign: f64) -> f64 {
    let distance = h.0.abs_diff(a.0) + h.1.abs_diff(a.1);
    let seed = (((h.0 * 7 + h.1) * 7 + a.0) * 7 + a.1) as u64;
    let near = if distance == 0 { 0.06 } else { 0.03 / distance as f64 };
    power(a.0, a.1) - sign * near + 0.006 * (noise(seed) - 0.5) + sign * 0.02
}

fn heat_map() -> Result<Figure, PlotError> {
    let grid = Grid::from_fn(7, 7, |r, c| open(r, c).then(|| power(r, c)))?;
    let map = HeatMap::new(grid).color_title("POWER").axis_titles("row", "column");
    Ok(map.figure().title("POWER(_s_, _γ_ = 0.01)").caption(
        "POWER of every cell of the maze for an agent of discount _γ_ = 0.01, with rewards drawn uniformly from [0, 1]. \
         Every standard error is below 0.001. Junctions have more POWER than corridors, dead ends least.",
    ))
}

fn small_heat_maps() -> Result<Figure, PlotError> {
    let low = HeatMap::new(Grid::from_rows(vec![vec![Some(-0.5), Some(0.25)], vec![None, Some(1.5)]])?);
    let low = low.decimals(2).outlined([(0, 0), (1, 1)]).figure().title("low");
    let flat =
        HeatMap::new(Grid::from_fn(2, 3, |_, _| Some(0.5))?).figure().title("all equal").legend("0.5 everywhere");
    let map = HeatMap::new(Grid::from_fn(3, 2, |r, c| Some((r * c) as f64))?).decimals(0);
    let third = map.row_labels(["_s_{1}", "_s_{2}", "_s_{3}"]).column_labels(["stay", "leave"]).figure();
    let panels = Panels::new([low, flat, third]).columns(2).shared_colors(ColorMap::Cividis, "value");
    Ok(panels.figure().title("Four panels, one scale").caption("Three small heat maps in cividis."))
}

fn blocks(sign: f64, rows: &[usize], columns: &[usize]) -> Result<BlockGrid, PlotError> {
    let block = |h: (usize, usize)| {
        let grid = Grid::from_fn(7, 7, |r, c| open(r, c).then(|| joint_power(h, (r, c), sign)))?;
        Ok(Block::new(grid).outlined(h.0, h.1))
    };
    let cell = |h: (usize, usize)| open(h.0, h.1).then(|| block(h)).transpose();
    let row = |&r: &usize| columns.iter().map(|&c| cell((r, c))).collect::<Result<Vec<_>, PlotError>>();
    let grid = BlockGrid::new(rows.iter().map(row).collect::<Result<_, _>>()?)?;
    Ok(grid.position_labels(rows.iter().map(usize::to_string), columns.iter().map(usize::to_string)))
}

fn block_grid() -> Result<Figure, PlotError> {
    let all: Vec<usize> = (0..7).collect();
    let grid = blocks(1.0, &all, &all)?.axis_titles("row of agent H", "column of agent H").color_title("POWER_{_A_}");
    Ok(grid
        .figure()
        .title("POWER_{_A_} at each joint state, _γ_ = 0.1")
        .legend("Block = position of agent H, cell = position of agent A; both agents share the cell outlined in red"))
}

fn block_panels() -> Result<Figure, PlotError> {
    let all: Vec<usize> = (0..7).collect();
    let one = blocks(-1.0, &all, &all)?.figure().title("POWER_{_H_}");
    let two = blocks(1.0, &all, &all)?.figure().title("POWER_{_A_}");
    let panels = Panels::new([one, two]).shared_colors(ColorMap::Viridis, "POWER");
    Ok(panels.figure().title("POWER of both agents at each joint state").caption(
        "Block = position of agent H, cell = position of agent A; the red outline marks the cell that both share. The two \
         panels have one color scale.",
    ))
}

fn crop() -> Result<Figure, PlotError> {
    let block = |h: (usize, usize)| {
        let grid = Grid::from_fn(7, 7, |r, c| open(r, c).then(|| joint_power(h, (r, c), 1.0)))?;
        Ok(Some(Block::new(grid).outlined(h.0, h.1).label(format!("H at ({}, {})", h.0, h.1))))
    };
    let row = [(0, 2), (0, 3), (0, 4)].into_iter().map(block).collect::<Result<Vec<_>, PlotError>>()?;
    let figure = BlockGrid::new(vec![row])?.color_title("POWER_{_A_}").figure();
    Ok(figure.title("Crop of three blocks").legend("Cell = position of agent A"))
}

fn cloud(slope: f64) -> Vec<(f64, f64)> {
    let cells = open_cells();
    let pairs = cells.iter().flat_map(|&h| cells.iter().map(move |&a| (h, a)));
    pairs
        .map(|(h, a)| {
            let x = joint_power(a, h, -1.0);
            let seed = (h.0 * 343 + h.1 * 49 + a.0 * 7 + a.1) as u64 + 9_999;
            let bell = (0..6).map(|k| noise(seed * 6 + k)).sum::<f64>() / 6.0 - 0.5;
            (x + 0.06 * bell, 0.8 + slope * (x - 0.78) + 0.22 * bell)
        })
        .collect()
}

fn scatter() -> Figure {
    let plot = Scatter::new(cloud(-0.55))
        .axis_titles("POWER_{_H_}(_s_, _γ_ = 0.1)", "POWER_{_A_}(_s_, _γ_ = 0.1)")
        .line(0.8 + 0.55 * 0.78, -0.55)
        .note("_α_ = −0.545 ± 0.005")
        .note("_n_ = 961 joint states")
        .highlight((0.69, 0.86), "H in the corner")
        .highlight((0.84, 0.75), "both at (3, 3)");
    plot.figure().title("Instrumental misalignment").caption(
        "POWER of agents H and A at every joint state. The line is the least-squares fit; _α_ is the correlation \
         coefficient with its standard error.",
    )
}

fn scatter_panels() -> Result<Figure, PlotError> {
    let panel = |title: &str, slope: f64| {
        let plot = Scatter::new(cloud(slope)).axis_titles("POWER_{_H_}", "POWER_{_A_}").line(0.8 - slope * 0.78, slope);
        plot.note(format!("_α_ = {}", dunamis_plot::fixed(slope, 3))).frame_size(340.0, 280.0).figure().title(title)
    };
    let plan = GridDiagram::new((0..7).map(|r| (0..7).map(|c| open(r, c)).collect()).collect())?
        .marker(0, 3, "H", Color::BLUE)?
        .marker(2, 3, "A", Color::RED)?;
    let panels = Panels::new([
        plan.cell_side(40.0).figure().title("the maze"),
        panel("_γ_ = 0.01", -0.9),
        panel("_γ_ = 0.9", 0.4),
    ]);
    Ok(panels.figure().title("Alignment against patience"))
}

fn grid_diagram() -> Result<Figure, PlotError> {
    let plan = GridDiagram::new((0..7).map(|r| (0..7).map(|c| open(r, c)).collect()).collect())?
        .axis_titles("row", "column")
        .marker(0, 0, "H", Color::BLUE)?
        .marker(3, 3, "H", Color::BLUE)?
        .marker(3, 3, "A", Color::RED)?
        .text(5, 3, "goal")?
        .marker(6, 6, "A", Color::RED)?;
    Ok(plan.figure().title("Start of the episode").legend("H = human, A = agent; gray = wall"))
}

fn digraph() -> Result<Figure, PlotError> {
    let vertices = vec![
        Vertex::new(0.0, 0.0, "★").value(0.66),
        Vertex::new(0.0, 1.1, "∅").value(0.50),
        Vertex::new(-1.2, 0.0, "ℓ◁").value(0.62),
        Vertex::new(-2.4, 0.0, "ℓ↙").value(0.63),
        Vertex::new(-2.4, 1.1, "ℓ↖").value(0.59),
        Vertex::new(1.2, 0.0, "r▷").value(0.66),
        Vertex::new(2.4, 0.0, "r↘").value(0.66),
        Vertex::new(2.4, 1.1, "r↗").value(0.66),
    ];
    let edges = [
        (0, 1),
        (1, 1),
        (0, 2),
        (0, 5),
        (2, 3),
        (2, 4),
        (3, 3),
        (3, 4),
        (4, 3),
        (5, 6),
        (5, 7),
        (6, 6),
        (6, 7),
        (7, 6),
        (7, 7),
    ];
    let graph = Digraph::new(vertices)?.edges(edges)?.color_title("POWER");
    Ok(graph.figure().title("Case study, _γ_ = 0.6"))
}

fn plain_digraph() -> Result<Figure, PlotError> {
    let vertices =
        vec![Vertex::new(0.0, 0.0, "_s_{0}"), Vertex::new(1.0, 0.0, "_s_{1}"), Vertex::new(2.0, 0.0, "shutdown")];
    let graph = Digraph::new(vertices)?
        .unit(130.0)
        .edge(Edge::new(0, 1).label("up"))?
        .edge(Edge::new(0, 1).label("down"))?
        .edge(Edge::new(1, 2).label("0.9"))?
        .edge(Edge::new(0, 2).label("off"))?
        .edges([(0, 0), (2, 2)])?;
    Ok(graph.figure().title("Labelled arrows"))
}

fn regions() -> Result<Figure, PlotError> {
    let places = [("start", 0.0, 0.0), ("wait", 1.2, 0.5), ("candy", 1.2, -0.5), ("choc", 2.4, 1.0), ("hug", 2.4, 0.0)];
    let mut vertices: Vec<Vertex> = places.iter().map(|&(name, x, y)| Vertex::new(x, y, name)).collect();
    vertices[0] = vertices[0].clone().marked();
    let graph = Digraph::new(vertices)?.edges([(0, 1), (1, 3), (1, 4)])?;
    let graph = graph.edge(Edge::new(0, 2).dashed(Dash::Dotted).color(Color::RED))?;
    let graph = graph.edge(Edge::new(2, 2).toward(0.0))?.edge(Edge::new(3, 3).toward(0.0))?;
    let graph = graph.region(Region::new([3, 4], OKABE_ITO[4]).label("_B_"))?;
    let graph = graph.region(Region::new([2], OKABE_ITO[5]).label("_A_").below())?;
    Ok(graph.figure().title("Two sets of options"))
}

fn line_plot() -> Figure {
    let grid: Vec<f64> = (0..=20).map(|i| f64::from(i) / 20.0).collect();
    let curve = |f: &dyn Fn(f64) -> f64| Curve::new(grid.iter().map(|&x| (x, f(x))).collect());
    let plot = LinePlot::new(vec![
        curve(&|x| 0.5 + x / 6.0).label("P(Wait)"),
        curve(&|x| 0.5 - x / 6.0).label("P(candy)"),
        Curve::new(vec![(0.0, 5.0 / 12.0), (1.0, 5.0 / 12.0)]).label("worst orbit").dashed(Dash::Dashed),
        curve(&|x| 0.45 + x / 5.0).label("another curve").with_points(),
    ]);
    let plot = plot.axis_titles("discount _γ_", "probability").mark((1.0, 2.0 / 3.0), "2/3");
    plot.open_mark((1.0, 5.0 / 12.0), Color::INK, "5/12").figure().title("Curves")
}

fn tabular() -> Result<Figure, PlotError> {
    let row = |name: &str, values: [&str; 3]| std::iter::once(name).chain(values).map(Cell::new).collect::<Vec<_>>();
    let mut rows = vec![row("optimal", ["1", "0", "1"]), row("Boltzmann _T_ = 1", ["0.993", "0.007", "1.000"])];
    rows[0][1] = Cell::new("1").fill(OKABE_ITO[1]);
    rows.push(row("satisficing _t_ = 3", ["1/2", "1/2", "1"]));
    let table = Tabular::new(row("rule", ["(10, 5, 0)", "(0, 5, 10)", "(5, 0, 10)"]), rows)?;
    Ok(table.rules_above([2]).figure().title("A table").caption("Values of three rules on three orderings."))
}

/// Numbers between 0 and 1 around a middle that depends on the cell.
fn samples(row: usize, column: usize) -> Vec<f64> {
    let base = (row * 7 + column) as u64 * 10_007;
    let degree = degree(row, column) as u64;
    (0..2_000).map(|i| (0..=degree).map(|k| noise(base + i * 8 + k)).fold(0.0, f64::max)).collect()
}

fn bins(values: &[f64], number: usize) -> Result<Bins, PlotError> {
    Bins::count(values, Extent::new(0.0, 1.0)?, number)
}

fn histogram() -> Result<Figure, PlotError> {
    let panel = |log: bool| {
        let plot = Histogram::new(bins(&samples(0, 3), 40)?).axis_titles("POWER", "samples").frame_size(300.0, 220.0);
        Ok(if log { plot.log_counts() } else { plot }.figure())
    };
    let panels = Panels::new([panel(false)?.title("counts"), panel(true)?.title("logarithmic")]);
    Ok(panels.figure().title("Samples at (0, 3)").caption("The red line is the mean."))
}

fn histogram_grid() -> Result<Figure, PlotError> {
    let place = |r: usize, c: usize| {
        open(r, c).then(|| Ok((format!("({r}, {c})").into(), bins(&samples(r, c), 25)?))).transpose()
    };
    let rows = (0..7).map(|r| (0..7).map(|c| place(r, c)).collect::<Result<Vec<_>, PlotError>>());
    let grid = HistogramGrid::new(rows.collect::<Result<_, _>>()?)?.axis_titles("POWER", "samples");
    Ok(grid.figure().title("Samples at every cell").caption("Every histogram has the same axes."))
}

fn histogram_2d() -> Result<Figure, PlotError> {
    let unit = Extent::new(0.0, 1.0)?;
    let near: Vec<_> = samples(0, 3).into_iter().zip(samples(0, 4)).map(|(x, y)| (x, 0.6 * x + 0.4 * y)).collect();
    let far: Vec<_> = samples(0, 3).into_iter().zip(samples(6, 6)).collect();
    let panel = |pairs: &[(f64, f64)], name: &str| {
        let plot =
            Histogram2d::count(pairs, (unit, unit), 30)?.axis_titles("POWER at (0, 3)", format!("POWER at {name}"));
        Ok::<_, PlotError>(plot.frame_side(260.0).figure())
    };
    let panels = Panels::new([panel(&near, "(0, 4)")?, panel(&far, "(6, 6)")?]);
    Ok(panels.shared_colors(ColorMap::Viridis, "samples").figure().title("Pairs of states"))
}

fn bar_chart() -> Figure {
    let bars = [("★", 0.739, 0.004), ("ℓ◁", 0.75, 0.02), ("a longer name", 0.5, 0.01), ("below", -0.21, 0.03)];
    let bars = bars.map(|(name, value, error)| Bar::new(name, value).error(error));
    BarChart::new(bars.to_vec()).value_title("POWER").figure().title("Named states")
}

fn policy() -> Result<Figure, PlotError> {
    let grid = Grid::from_fn(7, 7, |r, c| open(r, c).then(|| noise((r * 7 + c) as u64)))?;
    let mut map = HeatMap::new(grid).decimals(None).cell_side(64.0).color_title("reward");
    for (r, c) in open_cells() {
        let near = [(r.wrapping_sub(1), c), (r + 1, c), (r, c.wrapping_sub(1)), (r, c + 1), (r, c)];
        let near: Vec<_> = near.into_iter().filter(|&(r, c)| r < 7 && c < 7 && open(r, c)).collect();
        let best = noise((r * 7 + c + 99) as u64);
        for (index, &to) in near.iter().enumerate() {
            let weight =
                if r < 3 { f64::from(index == (best * near.len() as f64) as usize) } else { 1.0 / near.len() as f64 };
            map = map.arrow((r, c), to, weight)?;
        }
    }
    let map = map.marker((2, 1), "H", Color::BLUE)?.marker((2, 1), "A", Color::RED)?;
    Ok(map.figure().title("A policy").legend("Arrow: move; ring: stay; number: probability, unless it is 1"))
}

fn automatic() -> Result<Figure, PlotError> {
    let named = |names: &[&str], edges: &[(usize, usize)]| {
        let places = automatic_places(names.len(), edges);
        let vertices = names.iter().zip(places).map(|(name, (x, y))| Vertex::new(x, y, *name)).collect();
        Ok::<_, PlotError>(Digraph::new(vertices)?.edges(edges.iter().copied())?.figure())
    };
    let candy =
        named(&["start", "candy", "wait", "choc", "hug"], &[(0, 1), (0, 2), (2, 3), (2, 4), (1, 1), (3, 3), (4, 4)])?;
    let edges = [
        (0, 1),
        (1, 1),
        (0, 2),
        (0, 5),
        (2, 3),
        (2, 4),
        (3, 3),
        (3, 4),
        (4, 3),
        (5, 6),
        (5, 7),
        (6, 6),
        (6, 7),
        (7, 6),
        (7, 7),
    ];
    let case = named(&["★", "∅", "ℓ◁", "ℓ↙", "ℓ↖", "r▷", "r↘", "r↗"], &edges)?;
    let ring: Vec<_> = (0..12).map(|v| (v, (v + 1) % 12)).chain([(3, 9), (9, 3)]).collect();
    let names: Vec<String> = (0..12).map(|v| format!("_s_{{{v}}}")).collect();
    let ring = named(&names.iter().map(String::as_str).collect::<Vec<_>>(), &ring)?;
    Ok(Panels::new([candy.title("columns"), case.title("stress"), ring.title("ring")])
        .figure()
        .title("Automatic places"))
}

/// The heat map and the block grid while a number grows.
fn animations() -> Result<Vec<(&'static str, Animation)>, PlotError> {
    let steps: Vec<f64> = (0..=10).map(|i| f64::from(i) / 10.0).collect();
    let slider =
        |at: usize| Slider::new(steps.iter().map(|&x| (x, format!("_γ_ = {}", dunamis_plot::fixed(x, 2)))), at);
    let scale = ColorScale::new(ColorMap::Viridis, Extent::new(0.4, 1.0)?);
    let map = |at: usize| {
        let value = |r, c| open(r, c).then(|| power(r, c) + (0.95 - power(r, c)) * steps[at]);
        let map = HeatMap::new(Grid::from_fn(7, 7, value)?).scale(scale).color_title("POWER");
        map.figure().title("POWER while patience grows").slider(slider(at)?).scene()
    };
    let all: Vec<usize> = (0..7).collect();
    let blocks = |at: usize| {
        let grid = blocks(steps[at], &all, &all)?.scale(scale).color_title("POWER_{_A_}");
        grid.figure().title("Blocks").slider(slider(at)?).scene()
    };
    let frames =
        |frame: &dyn Fn(usize) -> Result<_, PlotError>| (0..steps.len()).map(frame).collect::<Result<Vec<_>, _>>();
    Ok(vec![("heat-map", Animation::new(frames(&map)?)?), ("block-grid", Animation::new(frames(&blocks)?)?)])
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("name a folder for the pictures")?);
    fs::create_dir_all(&folder)?;
    let gallery = [
        ("heat-map", heat_map()?),
        ("small-heat-maps", small_heat_maps()?),
        ("block-grid", block_grid()?),
        ("block-panels", block_panels()?),
        ("crop", crop()?),
        ("scatter", scatter()),
        ("scatter-panels", scatter_panels()?),
        ("grid-diagram", grid_diagram()?),
        ("digraph", digraph()?),
        ("plain-digraph", plain_digraph()?),
        ("regions", regions()?),
        ("line-plot", line_plot()),
        ("tabular", tabular()?),
        ("histogram", histogram()?),
        ("histogram-grid", histogram_grid()?),
        ("histogram-2d", histogram_2d()?),
        ("bar-chart", bar_chart()),
        ("policy", policy()?),
        ("automatic", automatic()?),
    ];
    for (name, figure) in gallery {
        let scene = figure.scene()?;
        fs::write(folder.join(name).with_extension("svg"), scene.to_svg())?;
        fs::write(folder.join(name).with_extension("png"), scene.to_png(2.0)?)?;
    }
    for (name, animation) in animations()? {
        let film = animation.render(1.0)?;
        fs::write(folder.join(name).with_extension("apng"), film.to_apng()?)?;
        fs::write(folder.join(name).with_extension("gif"), film.to_gif()?)?;
    }
    Ok(())
}
