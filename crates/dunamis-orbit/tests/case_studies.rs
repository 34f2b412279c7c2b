//! Copies in models of the literature: of recurrent state distributions, and of visit distributions as functions of the discount.

use dunamis_mdp::{Discount, StateId, TransitionModel};
use dunamis_orbit::{Copies, CopySearch, NoCopies, OptionSet, Permute, RationalFunction};
use dunamis_solve::VisitDistributionSet;
use std::sync::Arc;

fn model(name: &str) -> Arc<TransitionModel> {
    dunamis_envs::load(name).unwrap().model().clone()
}

fn all(model: &TransitionModel, state: StateId) -> VisitDistributionSet {
    VisitDistributionSet::new(model, state, VisitDistributionSet::DEFAULT_LIMIT).unwrap()
}

/// $`\mathcal F(s \mid \pi(s) = a)`$.
fn after(model: &TransitionModel, state: &str, action: &str) -> VisitDistributionSet {
    let (state, action) = (model.state(state).unwrap(), model.action(action).unwrap());
    let pair = model.available().find(state, action).unwrap();
    VisitDistributionSet::with_choice(model, state, pair, VisitDistributionSet::DEFAULT_LIMIT).unwrap()
}

fn recurrent(set: &VisitDistributionSet) -> OptionSet {
    OptionSet::new(set.recurrent_distributions()).unwrap()
}

/// The swaps of an involution, by names of states.
fn named(model: &TransitionModel, involution: &dunamis_orbit::Permutation) -> String {
    let name = |state: usize| &model.states()[state];
    let swap = |cycle: Vec<usize>| format!("{}↔{}", name(cycle[0]), name(cycle[1]));
    involution.cycles().into_iter().map(swap).collect::<Vec<_>>().join(" ")
}

#[test]
fn avoiding_the_terminal_state_has_three_copies() {
    let model = model("case-study");
    let set = all(&model, model.state("★").unwrap());
    let distributions = recurrent(&set);
    assert_eq!(distributions.len(), 6);
    let terminal = OptionSet::basis(8, [model.state("∅").unwrap().index()]).unwrap();
    let others = distributions.options().iter().filter(|option| !terminal.contains(option)).cloned().collect();
    let others = OptionSet::new(others).unwrap();
    // Beside the two there is nothing, so that only the weaker condition on the rest can hold.
    let copies = CopySearch::new(&terminal, &others).fixing_beside(&distributions).copies().unwrap();
    assert_eq!((copies.count(), copies.exhaustive()), (3, true));
    let refused = CopySearch::new(&terminal, &others).fixing(&distributions).copies();
    assert!(matches!(refused, Err(NoCopies::MovesConstraint { .. })));
}

#[test]
fn one_involution_for_every_discount() {
    let model = model("case-study");
    let at = |state| all(&model, model.state(state).unwrap());
    let (left, right) = (at("ℓ↙"), at("r↘"));
    let (a, b) = (OptionSet::visit_distributions(&left), OptionSet::visit_distributions(&right));
    assert_eq!((a.len(), b.len()), (2, 3));
    let copies = Copies::find(&a, &b).unwrap();
    assert_eq!((copies.count(), copies.exhaustive()), (1, true));
    let involution = copies.involution(0);
    insta::assert_snapshot!(named(&model, &involution), @"ℓ↖↔r↗ ℓ↙↔r↘");
    assert!(a.permuted(&involution).is_subset(&b));
    for discount in ["1/2", "9/10"] {
        let discount: Discount = discount.parse().unwrap();
        let values = |set: &VisitDistributionSet| set.functions().iter().map(|f| f.at(&discount)).collect();
        let (a, b) = (OptionSet::new(values(&left)).unwrap(), OptionSet::new(values(&right)).unwrap());
        assert!(a.permuted(&involution).is_subset(&b));
    }
    // The converse would need three functions where there are two.
    assert!(matches!(Copies::find(&b, &a), Err(NoCopies::Values { .. })));
}

#[test]
fn going_left_is_embedded_in_going_right() {
    let model = model("case-study");
    let (left, right) = (after(&model, "★", "ℓ◁"), after(&model, "★", "r▷"));
    let (a, b) = (OptionSet::visit_distributions(&left), OptionSet::visit_distributions(&right));
    let copies = Copies::find(&a, &b).unwrap();
    assert_eq!((copies.count(), copies.exhaustive()), (1, true));
    insta::assert_snapshot!(named(&model, &copies.involution(0)), @"ℓ◁↔r▷ ℓ↖↔r↗ ℓ↙↔r↘");
    let visits: &RationalFunction = &a.options()[0][model.state("★").unwrap().index()];
    assert_eq!(visits.to_string(), "1");
    assert!(Copies::find(&b, &a).is_err());
}

#[test]
fn two_against_four_is_as_good_as_one_against_two() {
    for name in ["scale-double", "scale-cycle"] {
        let model = model(name);
        let die: Vec<_> = ["A", "B"]
            .iter()
            .flat_map(|action| recurrent(&after(&model, "start", action)).options().to_vec())
            .collect();
        let (a, b) = (OptionSet::new(die).unwrap(), recurrent(&after(&model, "start", "Wait")));
        let copies = CopySearch::new(&a, &b).fixing_beside(&b).copies().unwrap();
        assert_eq!((copies.count(), copies.exhaustive()), (2, true), "{name}");
        let slots = CopySearch::new(&a, &b).slots().unwrap();
        assert_eq!(slots.fraction().to_string(), "2/3", "{name}");
    }
}
