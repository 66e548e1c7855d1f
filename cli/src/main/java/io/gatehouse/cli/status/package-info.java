// SPDX-License-Identifier: Apache-2.0
/// How a running agent answers for itself. [Status] is everything it says, taken at one moment; [StatusText],
/// [StatusJson] and [Metrics] are its three forms; [StatusSocket] answers on a unix socket, [WebServer] over HTTP.
///
/// Threads: `gatehouse-status` accepts on the socket and answers one caller after another; each HTTP request has
/// a virtual one. Neither holds up what is watched: numbers are read as they stand.
package io.gatehouse.cli.status;
