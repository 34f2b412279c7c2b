//! Every published figure: its config, its drawing and its published values
