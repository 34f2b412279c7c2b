//! All figures.

use dunamis_mdp::nearest;

use crate::h3::{
    fig1, fig2, fig3, fig4, fig5, fig5_detail, fig6, fig6_detail, fig7, fig8, fig9, fig10, fig10_detail, fig11, s1, s2,
};
use crate::{Figure, FigureError, candy, finding, h1, h2, kk, law, optsp, rdsp, scale};

/// All figures, in the order of their publications.
pub static FIGURES: &[&dyn Figure] = &[
    &h1::fig1::FIGURE,
    &h1::fig2::FIGURE,
    &h1::fig3::FIGURE,
    &h1::fig4::FIGURE,
    &h1::fig5::FIGURE,
    &h1::fig6::FIGURE,
    &h1::histograms::FIGURE,
    &h1::pairs::FIGURE,
    &h1::variance::FIGURE,
    &h2::fig1::FIGURE,
    &h2::fig2::FIGURE,
    &h2::fig3::FIGURE,
    &h2::fig4::FIGURE,
    &h2::fig5::FIGURE,
    &h2::fig6::FIGURE,
    &h2::fig7::FIGURE,
    &h2::fig8::FIGURE,
    &h2::fig9::FIGURE,
    &h2::fig10::FIGURE,
    &h2::power::FIGURE,
    &fig1::FIGURE,
    &s1::FIGURE,
    &s2::FIGURE,
    &fig2::FIGURE,
    &fig3::FIGURE,
    &fig4::FIGURE,
    &fig5::FIGURE,
    &fig5_detail::FIGURE,
    &fig6::FIGURE,
    &fig6_detail::FIGURE,
    &fig7::FIGURE,
    &fig8::FIGURE,
    &fig9::FIGURE,
    &fig10::FIGURE,
    &fig10_detail::FIGURE,
    &fig11::FIGURE,
    &scale::fig1_candy::FIGURE,
    &scale::fig2_embed::FIGURE,
    &scale::fig3_living::FIGURE,
    &scale::fig4_proof::FIGURE,
    &scale::fig5_double::FIGURE,
    &scale::fig6_cycle::FIGURE,
    &scale::fig7_circles::FIGURE,
    &candy::wait::FIGURE,
    &optsp::fig1::FIGURE,
    &optsp::fig2::FIGURE,
    &optsp::fig3::FIGURE,
    &optsp::fig4::FIGURE,
    &optsp::fig5::FIGURE,
    &optsp::fig6::FIGURE,
    &optsp::fig7::FIGURE,
    &optsp::fig9::FIGURE,
    &optsp::fig10::FIGURE,
    &optsp::fig11::FIGURE,
    &rdsp::fig1::FIGURE,
    &rdsp::tab1::FIGURE,
    &rdsp::tab2::FIGURE,
    &rdsp::tab3::FIGURE,
    &rdsp::fig4::FIGURE,
    &kk::fig1::FIGURE,
    &kk::fig2::FIGURE,
    &kk::thresholds::FIGURE,
    &kk::avoid::FIGURE,
    &kk::relaxed::FIGURE,
    &kk::breaking::FIGURE,
    &kk::gap::FIGURE,
    &kk::button::FIGURE,
    &kk::maze::FIGURE,
    &law::ratio::FIGURE,
    &candy::worst::FIGURE,
    &law::table::FIGURE,
    &finding::reward_laws::FIGURE,
    &finding::phases::FIGURE,
    &finding::seed_policies::FIGURE,
    &finding::collisions::FIGURE,
    &finding::correlation::FIGURE,
    &finding::discounts::FIGURE,
    &finding::replies::FIGURE,
];

/// The figure of an id.
///
/// # Errors
///
/// [`FigureError::UnknownFigure`], with the id most like it.
pub fn find(id: &str) -> Result<&'static dyn Figure, FigureError> {
    let found = FIGURES.iter().copied().find(|figure| figure.about().id == id);
    found.ok_or_else(|| {
        let nearest = nearest(FIGURES.iter().map(|figure| figure.about().id), id);
        FigureError::UnknownFigure { id: id.to_owned(), nearest }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_documented() {
        let ids: BTreeSet<&str> = FIGURES.iter().map(|figure| figure.about().id).collect();
        assert_eq!(ids.len(), FIGURES.len());
        let documentation = include_str!("lib.rs");
        for id in ids {
            assert!(
                documentation.contains(&format!("| `{id}` |")),
                "`{id}` is not in the table of the crate documentation"
            );
        }
    }

    #[test]
    fn every_config_is_an_experiment_of_its_name() {
        for figure in FIGURES {
            let (experiments, analyses) = (figure.about().experiments, figure.analyses());
            let sweeps = figure.sweeps();
            assert!(experiments.len() + analyses.len() + sweeps.len() > 0, "`{}` draws nothing", figure.about().id);
            for config in experiments {
                assert_eq!(config.experiment().unwrap().name, config.name);
            }
            for config in analyses {
                assert_eq!(config.analysis().unwrap().name, config.name);
            }
            for config in sweeps {
                assert_eq!(config.sweep().unwrap().name, config.name);
            }
        }
    }

    #[test]
    fn a_misspelt_id_is_answered_with_the_nearest() {
        insta::assert_snapshot!(find("h3-fig12").err().unwrap(), @"no figure is called `h3-fig12` (did you mean `h3-fig1`?); `dunamis figure list` names them all");
        insta::assert_snapshot!(find("everything").err().unwrap(), @"no figure is called `everything`; `dunamis figure list` names them all");
        assert_eq!(find("h3-s2").unwrap().about().id, "h3-s2");
    }
}
