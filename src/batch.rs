//! Parallel over documents, ordered output: the only file that knows rayon, and where a panic in one document stops. What is done
//! with a document, and where it is read from and written to, is the caller's.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Once, mpsc};

use crate::error::Error;

/// Threads that may be asked for, at most: each is started, whether there is a core for it or not. Far beyond the cores of any machine of our
/// day, and no harm to a small one.
pub const MOST_THREADS: usize = 1024;

/// How much may be on its way at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Worker threads; 0 = as many as the machine has cores, and never more than [`MOST_THREADS`].
    pub threads: usize,
    /// Sum of the weights of the jobs read and not yet handed to the sink. One job that is heavier runs alone.
    pub weight: u64,
}

/// Does `work` on all `jobs` in parallel and hands the results to `sink` in the order of the jobs.
///
/// Jobs are pulled and results sunk on the calling thread, so neither needs a lock; a job is only pulled while the weight on its
/// way is below the limit, so memory is bounded for any number of jobs. `jobs` yields (weight, job). With one thread everything
/// runs on the calling thread.
///
/// # Errors
/// The first error of `jobs` or `sink`, in order; work under way is finished and dropped.
/// # Panics
/// When `work` panics: wrap what may panic in [`guarded`].
pub fn ordered<J: Send, R: Send, E>(
    limits: Limits,
    jobs: impl Iterator<Item = Result<(u64, J), E>>,
    work: impl Fn(J) -> R + Sync,
    sink: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    ordered_twice(limits, jobs, work, Next::<Infallible, R>::Done, |never| match never {}, sink)
}

/// What becomes of a job when its turn has come.
#[derive(Debug)]
pub enum Next<A, R> {
    /// There is more to do.
    Again(A),
    /// This is its result.
    Done(R),
}

/// [`ordered`] with a turn in between: what `work` gives goes to `turn` on the calling thread, in the order of the jobs, so that it may
/// depend on all jobs before; and what is still to do then is done by `again`, in parallel as well.
///
/// # Errors
/// As [`ordered`].
/// # Panics
/// When `work` or `again` panics.
pub fn ordered_twice<J: Send, W: Send, A: Send, R: Send, E>(
    limits: Limits,
    mut jobs: impl Iterator<Item = Result<(u64, J), E>>,
    work: impl Fn(J) -> W + Sync,
    mut turn: impl FnMut(W) -> Next<A, R>,
    again: impl Fn(A) -> R + Sync,
    mut sink: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let threads = match limits.threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        n => n.min(MOST_THREADS),
    };
    let pool = (threads > 1).then(|| rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok()).flatten();
    let Some(pool) = pool else {
        return jobs.try_for_each(|job| {
            sink(match turn(work(job?.1)) {
                Next::Again(more) => again(more),
                Next::Done(result) => result,
            })
        });
    };
    let (work, again) = (&work, &again);
    pool.in_place_scope(|scope| {
        let (tx, rx) = mpsc::channel::<(u64, std::thread::Result<Next<W, R>>)>();
        let (mut pulled, mut turned, mut sunk, mut weight) = (0u64, 0u64, 0u64, 0u64);
        let mut weights: VecDeque<u64> = VecDeque::new();
        let mut worked: BTreeMap<u64, W> = BTreeMap::new();
        let mut waiting: BTreeMap<u64, R> = BTreeMap::new();
        let mut more = true;
        while more || sunk < pulled {
            // at most 64 jobs a thread: thousands of tiny files must not all wait behind one big one
            while more && (weight < limits.weight || pulled == sunk) && pulled - sunk < 64 * threads as u64 {
                match jobs.next() {
                    None => more = false,
                    Some(job) => {
                        let (w, job) = job?;
                        let (tx, n) = (tx.clone(), pulled);
                        weight += w;
                        weights.push_back(w);
                        pulled += 1;
                        scope.spawn(move |_| {
                            // a panic travels to the calling thread, which would wait for this result for ever
                            let result = catch_unwind(AssertUnwindSafe(|| Next::Again(work(job))));
                            // the receiver is gone only after an error, and then nobody wants the result
                            let _ = tx.send((n, result));
                        });
                    }
                }
            }
            if sunk < pulled {
                let (n, result) = rx.recv().expect("this thread holds a sender");
                match result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
                    Next::Again(result) => _ = worked.insert(n, result),
                    Next::Done(result) => _ = waiting.insert(n, result),
                }
            }
            while let Some(result) = worked.remove(&turned) {
                match turn(result) {
                    Next::Done(result) => _ = waiting.insert(turned, result),
                    Next::Again(more) => {
                        let (tx, n) = (tx.clone(), turned);
                        scope.spawn(move |_| {
                            let result = catch_unwind(AssertUnwindSafe(|| Next::Done(again(more))));
                            let _ = tx.send((n, result));
                        });
                    }
                }
                turned += 1;
            }
            while let Some(result) = waiting.remove(&sunk) {
                sink(result)?;
                weight -= weights.pop_front().unwrap_or(0);
                sunk += 1;
            }
        }
        Ok(())
    })
}

/// Where the records of a run ended. Every record that came in must be in exactly one of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    /// Records that came in, counted where they are read.
    pub read: u64,
    /// Written with text, counted where they are written, like the following.
    pub out: u64,
    /// Nothing of them stays, by rule.
    pub removed: u64,
    /// Could not be read; their bytes are kept.
    pub quarantined: u64,
    /// Could not be read; the user asked to leave them.
    pub skipped: u64,
    /// Not looked at: the user asked for a sample.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unsampled: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Tally {
    /// Adds where other records ended.
    pub fn add(&mut self, other: &Tally) {
        self.read += other.read;
        self.out += other.out;
        self.removed += other.removed;
        self.quarantined += other.quarantined;
        self.skipped += other.skipped;
        self.unsampled += other.unsampled;
    }

    /// The promise of conservation.
    ///
    /// # Errors
    /// [`Error::Conservation`] when the sums differ.
    pub fn check(&self) -> Result<(), Error> {
        if self.read == self.out + self.removed + self.quarantined + self.skipped + self.unsampled {
            Ok(())
        } else {
            Err(Error::Conservation(format!("{self:?}")))
        }
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs `work`; a panic inside becomes its message and place, and prints nothing.
///
/// # Errors
/// The message of the panic.
pub fn guarded<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if GUARDED.get() {
                let place = info.location().map(|l| format!(" ({}:{})", l.file(), l.line())).unwrap_or_default();
                let said = info.payload();
                let said = said.downcast_ref::<&str>().copied().or_else(|| said.downcast_ref::<String>().map(String::as_str));
                let said = said.unwrap_or("no message");
                MESSAGE.set(format!("internal error: {said}{place}; please report it"));
            } else {
                before(info);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|_| MESSAGE.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        for threads in [1, 2, 8] {
            let mut out = Vec::new();
            let jobs = (0..500u64).map(|n| Ok::<_, ()>((n, n)));
            let work = |n: u64| {
                if n.is_multiple_of(7) {
                    std::thread::yield_now();
                }
                n * 2
            };
            ordered(Limits { threads, weight: 1000 }, jobs, work, |r| {
                out.push(r);
                Ok(())
            })
            .unwrap();
            assert_eq!(out, (0..500).map(|n| n * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn each_job_has_its_turn_in_order() {
        for threads in [1, 2, 8] {
            let (mut sum, mut out) = (0, Vec::new());
            let jobs = (0..500u64).map(|n| Ok::<_, ()>((n, n)));
            let work = |n: u64| {
                if n.is_multiple_of(7) {
                    std::thread::yield_now();
                }
                n
            };
            // the sum of all before
            let turn = |n: u64| {
                sum += n;
                if n.is_multiple_of(3) { Next::Done((n, sum)) } else { Next::Again((n, sum)) }
            };
            ordered_twice(
                Limits { threads, weight: 1000 },
                jobs,
                work,
                turn,
                |(n, sum)| (n, sum + 1),
                |r| {
                    out.push(r);
                    Ok(())
                },
            )
            .unwrap();
            let all = (0..500u64).map(|n| (n, n * (n + 1) / 2 + u64::from(!n.is_multiple_of(3))));
            assert!(out.into_iter().eq(all), "{threads} threads");
        }
    }

    #[test]
    #[should_panic(expected = "job 7")]
    fn a_panic_of_the_work_reaches_the_caller() {
        let jobs = (0..50).map(|n| Ok::<_, ()>((1, n)));
        let work = |n: i32| if n == 7 { panic!("job {n}") } else { n };
        let _ = ordered(Limits { threads: 2, weight: 100 }, jobs, work, |_| Ok(()));
    }

    #[test]
    fn no_more_weight_than_allowed_is_on_its_way() {
        let (pulled, sunk) = (Cell::new(0i64), Cell::new(0i64));
        let most = Cell::new(0);
        let jobs = (0..200).map(|_| {
            pulled.set(pulled.get() + 1);
            most.set(most.get().max(pulled.get() - sunk.get()));
            Ok::<_, ()>((10, ()))
        });
        ordered(
            Limits { threads: 4, weight: 50 },
            jobs,
            |()| (),
            |()| {
                sunk.set(sunk.get() + 1);
                Ok(())
            },
        )
        .unwrap();
        assert!(most.get() <= 5, "{} jobs of weight 10 at once", most.get());
    }

    #[test]
    fn the_first_error_ends_it() {
        let jobs = (0..).map(|n| if n == 40 { Err("job 40") } else { Ok((1, n)) });
        let got = ordered(Limits { threads: 2, weight: 100 }, jobs, |n| n, |_| Ok(()));
        assert_eq!(got, Err("job 40"));
        let got = ordered(
            Limits { threads: 2, weight: 100 },
            (0..).map(|n| Ok((1, n))),
            |n| n,
            |n| if n == 30 { Err("sink 30") } else { Ok(()) },
        );
        assert_eq!(got, Err("sink 30"));
    }

    #[test]
    fn a_lost_record_is_an_error() {
        let tally = Tally { read: 6, out: 3, removed: 1, quarantined: 1, skipped: 1, unsampled: 0 };
        assert!(tally.check().is_ok());
        assert!(matches!(Tally { out: 2, ..tally }.check(), Err(Error::Conservation(_))));
        assert!(matches!(Tally { removed: 2, ..tally }.check(), Err(Error::Conservation(_))));
    }

    #[test]
    fn a_panic_becomes_a_message() {
        let why = guarded(|| -> () { panic!("seven of {}", 9) }).unwrap_err();
        assert!(why.contains("seven of 9") && why.contains("batch.rs"), "{why}");
        assert_eq!(guarded(|| 5), Ok(5));
    }
}
