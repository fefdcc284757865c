/// Tests of the engine's races under the real memory model, with jcstress; they live in the
/// engine's package because what they race is not public.
///
/// Each test is a handful of threads that do one thing each, run millions of times in all
/// compilation modes; every legal outcome is listed with a sentence, and anything else is a
/// failure. Run:
///
/// ```
/// java -jar faultline-stress/target/jcstress.jar -m quick -c 2             all, some minutes
/// java -jar faultline-stress/target/jcstress.jar -m default -t RemoveStress  some, thoroughly
/// java -jar faultline-stress/target/jcstress.jar -l                        the list
/// ```
///
/// `-jvmArgsPrepend -ea` turns the engine's own assertions on (poisoned slots, lock owners).
/// Results are in `results/` as HTML.
///
/// | file | races |
/// |---|---|
/// | `GroupStateStress` | two owners of one state word |
/// | `ProducerLockStress` | two owners of the lock |
/// | `LaneStress` | reporter, takers and a second lap of one ring, on the bare lane |
/// | `TakeStress` | two workers, worker and remove, on a queue |
/// | `FlushStress` | flush beside report, worker, flush, remove |
/// | `RemoveStress` | remove and reset beside report, handler, answer, remove |
/// | `DeliveredStress` | many who answer one delivered group |
/// | `InlineStress` | groups that lie in the reporter's own buffer |
/// | `WakeUpStress` | a lane that goes to sleep while groups come |
/// | `RouteStress` | handlers set and replaced beside reports and workers |
/// | `AttachStress` | devices added and removed beside reports; shared capacity |
/// | `AccountingStress` | counters that must add up afterwards |
/// | `UnsentStress` | responses that a busy responder takes later |
package dev.faultline.iopf;
