//! Publication-quality plots from one scene graph: SVG, and PNG from the same SVG
