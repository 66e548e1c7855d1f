// SPDX-License-Identifier: Apache-2.0
/// Findings to a patch of the manifest.
///
/// Main path: [ManifestFixer#fix] asks [Fixes] for what a finding needs, has [ManifestEditor] write it into
/// the text, and judges the result again: a change that does not end its finding, brings another, or says anything
/// else than was meant is taken back. [Patch] is the difference. Words: a *change* is one value at one path; a
/// *remedy* is the changes that end a finding together. Pure.
package io.gatehouse.admission.fix;
