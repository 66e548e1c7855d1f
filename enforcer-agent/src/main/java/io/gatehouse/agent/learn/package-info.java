// SPDX-License-Identifier: Apache-2.0
/// What containers do, from the kernel to lines of a recording.
///
/// [Observation] puts the strictest policy there is on some containers, in audit mode, by programs of its own beside
/// those of an agent that may run: each act that a policy could speak of is then a breach, and told as the kernel
/// object it is. [Recorder] turns breaches into acts, counts repetitions and hands lines on; [FoundRunning] are acts
/// that were done before anybody looked. [RecordingFile] keeps lines on disk, bounded, with a thread of its own.
///
/// [Recorder] belongs to the ring thread but for [Recorder#close]; [ImageNames] are read by a thread for
/// each container, because that takes many small reads.
package io.gatehouse.agent.learn;
