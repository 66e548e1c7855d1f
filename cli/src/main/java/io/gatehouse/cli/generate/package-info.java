// SPDX-License-Identifier: Apache-2.0
/// `gatehouse generate`: does, for real and without harm, what rules look for, and says which rule told of it.
///
/// | word | meaning |
/// | --- | --- |
/// | action | what is done for one rule, or why nothing is; `actions.txt` holds all, [ActionTable] reads them |
/// | stage | where actions happen: containers of our own and a folder of the host; [Stage] makes and removes it |
/// | acts | the program that does what no shell can, `src/main/c/acts.c` |
/// | outcome | what came of an action, with the detector's alert if there is one; [Outcome] |
///
/// Main path: [GenerateCommand] selects actions, [Round] does one after the other on the [Stage] and
/// looks for the alert in what [AlertLines] reads, [RoundReport] prints.
///
/// It changes nothing of the host: every action outside a container is a program of our own in the stage's folder.
/// Whatever ends the generator, the stage's keeper removes it.
package io.gatehouse.cli.generate;
