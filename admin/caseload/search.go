package caseload

import (
	"slices"
	"strconv"
	"strings"

	"samtjanst/platform/httpkit"
)

// A search may be for a person's name, so its words are in no address: they are posted, kept in the session, and named in the
// address by a number. Several tabs can so hold a search each, and going back works.

const (
	searchesKey  = "searches"
	keptSearches = 12
	maxQuery     = 120 // characters
)

// kept are the session's latest searches.
type kept struct {
	Last int            `json:"last"`
	By   map[int]string `json:"by"`
}

// search is POST /admin/arenden/sok.
func (a *area) search(r *httpkit.Request) error {
	query := strings.Join(strings.Fields(r.Form().Get("sok")), " ")
	if n := []rune(query); len(n) > maxQuery {
		query = string(n[:maxQuery])
	}
	if query == "" {
		return r.See(inboxURL)
	}
	var k kept
	r.Value(searchesKey, &k)
	if err := r.Keep(map[string]any{searchesKey: k.add(query)}); err != nil {
		return err
	}
	return r.See(filter{View: "alla", Owner: owners[0], Order: orders[0].name, Search: strconv.Itoa(k.Last + 1)}.url())
}

// add gives what is kept with one more search, the oldest forgotten.
func (k kept) add(query string) kept {
	out := kept{Last: k.Last + 1, By: map[int]string{k.Last + 1: query}}
	for n, q := range k.By {
		if n > out.Last-keptSearches {
			out.By[n] = q
		}
	}
	return out
}

// searched gives the words behind a number; "" when this session has none.
func (a *area) searched(r *httpkit.Request, number string) string {
	n, err := strconv.Atoi(number)
	if err != nil {
		return ""
	}
	var k kept
	r.Value(searchesKey, &k)
	return k.By[n]
}

// back gives the list that a batch came from: only ever an address of the inbox or of the signing orders.
func back(r *httpkit.Request) string {
	address, ok := httpkit.LocalPath(r.Form().Get("tillbaka"))
	if !ok {
		return inboxURL
	}
	if path, _, _ := strings.Cut(address, "?"); path != inboxURL && path != ordersURL {
		return inboxURL
	}
	return address
}

// marked are the cases ticked in a list, each once, at most a page of them.
func marked(r *httpkit.Request) []string {
	ids := slices.Clone(r.Form()["arende"])
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return ids[:min(len(ids), 2*landingRows)]
}
