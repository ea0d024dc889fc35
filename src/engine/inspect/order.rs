//! Sorting in place, without the panics of core's for an order that contradicts itself.

/// Sorts `list` by what is less: a heap is made of it, and taken down from its end.
pub(super) fn sort(list: &mut [u16], is_less: &dyn Fn(u16, u16) -> bool) {
    for start in (0..list.len() / 2).rev() {
        sift_down(list, start, is_less);
    }
    let mut rest = list;
    while let [first, .., last] = rest {
        core::mem::swap(first, last);
        let Some((_, shorter)) = rest.split_last_mut() else { return };
        sift_down(shorter, 0, is_less);
        rest = shorter;
    }
}

/// Lets the element at `start` sink until neither of those below it is larger.
fn sift_down(heap: &mut [u16], start: usize, is_less: &dyn Fn(u16, u16) -> bool) {
    let mut at = start;
    loop {
        let left = at.saturating_mul(2).saturating_add(1);
        let pair = (heap.get(left).copied(), heap.get(left.saturating_add(1)).copied());
        let (below, largest) = match pair {
            (Some(left_one), Some(right_one)) if is_less(left_one, right_one) => {
                (left.saturating_add(1), right_one)
            }
            (Some(left_one), _) => (left, left_one),
            (None, _) => return,
        };
        let Some(place) = heap.get_mut(at).filter(|own| is_less(**own, largest)) else { return };
        let own = core::mem::replace(place, largest);
        if let Some(place) = heap.get_mut(below) {
            *place = own;
        }
        at = below;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn any_list_is_sorted(mut list in prop::collection::vec(any::<u16>(), 0..200)) {
            let mut expected: Vec<u16> = list.clone();
            expected.sort_unstable();
            sort(&mut list, &|a, b| a < b);
            prop_assert_eq!(list, expected);
        }
    }
}
