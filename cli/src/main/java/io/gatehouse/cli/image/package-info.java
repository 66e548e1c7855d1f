// SPDX-License-Identifier: Apache-2.0
/// Looking into images from the command line: the options that say where images come from, and `gatehouse image`.
package io.gatehouse.cli.image;
