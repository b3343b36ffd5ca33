// Package archtest holds the rules of the house as a test: which package may import which, where each framework is confined, and what
// every package says of itself. It has no code of its own.
//
// The layers, from the bottom (imports only go down, or sideways where it says so):
//
//	0  fault, clock, calendar, timelimit, idno, canon  what everything stands on
//	1  forms                            definitions, answers, journeys
//	2  casework, signing, identity      the life of a case: pure
//	3  renderer | integrations          these two do not see each other
//	4  store, booking, files, vault, directory, flow, outbox, httpkit
//	5  web | api | admin | preview      these do not see each other
//	6  config, server, cmd, examples    where it is put together
//
// Where platform/vault is: in layer 4, between store and flow. It is the only one that knows both a Case and a row of the store: casework
// stays without encoding, store without sealing, and flow without rows. So store may not import it, and only what puts use cases together
// (flow, server) may.
package archtest
