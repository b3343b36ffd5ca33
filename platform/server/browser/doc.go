// Package browser has no code but its tests, which walk through the whole platform in Chromium as people do: by what can be read,
// clicked and typed on a page, never by addresses of its own making or by the database.
//
// A walk is a test with a world of its own (servertest: the real store, the real clients, simulators over the network, a clock
// that goes by itself), so walks run beside each other in one browser, each visitor in a profile of his or her own. Wherever a
// visitor comes, the page is inspected: axe finds nothing, the console is silent, every request went to us and succeeded, nothing is
// wider than the window, and the page says in its title and its one heading where one is (inspect_test.go).
//
//	SAMTJANST_SCREENSHOTS=DIR   leaves a picture of every page, for people to look at
//	CI=true                     a missing Chromium or axe is a failure; without it the tests say what was not run
package browser
