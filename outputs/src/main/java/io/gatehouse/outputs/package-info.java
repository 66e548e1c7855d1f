// SPDX-License-Identifier: Apache-2.0
/// Where alerts go.
///
/// Main path: [AlertRouter#accept], storm filter, one bounded queue per output, [Output#write].
///
/// Words:
/// - *entry*: what an output writes, one line each: an alert, or the word that some were suppressed or lost.
/// - *suppressed*: left out on purpose, as a repetition; counted, and told at the end of its window.
/// - *lost*: could not be written; counted by cause, and told in the output itself once it works again.
///
/// Threads: whoever raises an alert calls [AlertRouter#accept] and never waits for I/O. Each output has one platform
/// thread of its own, named `output-NAME`, because a write to a dead disk or an unread pipe blocks for as long as it
/// likes; so an output hurts nobody but itself. One more, `output-storms`, tells what was suppressed.
///
/// Lock order: the storm filter's lock is taken alone and never over I/O.
package io.gatehouse.outputs;
