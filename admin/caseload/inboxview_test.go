package caseload

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/store"
)

func filterOf(t testing.TB, address string) filter {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parseFilter(u.Query().Get)
}

// An address gives a filter and the filter the same address, in its shortest form.
func TestFilterAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"/admin/arenden":                                                      "/admin/arenden",
		"/admin/arenden?vy=att-gora&agare=alla":                               "/admin/arenden",
		"/admin/arenden?vy=underskrift&tjanst=skolskjuts&agare=mina":          "/admin/arenden?agare=mina&tjanst=skolskjuts&vy=underskrift",
		"/admin/arenden?vy=alla&ordning=nyast&uppgift=1":                      "/admin/arenden?ordning=nyast&uppgift=1&vy=alla",
		"/admin/arenden?vy=finns-inte&agare=grannen&ordning=x&uppgift=kanske": "/admin/arenden",
		"/admin/arenden?sok=3":                                                "/admin/arenden?sok=3",
		"/admin/arenden?sok=3&vy=alla":                                        "/admin/arenden?sok=3",
		"/admin/arenden?sok=3&vy=att-gora":                                    "/admin/arenden?sok=3&vy=att-gora",
	} {
		if got := filterOf(t, in).url(); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestFilterQuery(t *testing.T) {
	f := filterOf(t, "/admin/arenden?vy=underskrift&tjanst=skolskjuts&agare=ingen&uppgift=1&ordning=aldst&efter="+formatCursor(store.Cursor{Time: now, ID: "abc"}))
	want := flow.InboxQuery{States: []casework.State{casework.AwaitingSignatures}, Form: "skolskjuts", Nobody: true, Task: true,
		Search: "elsa", Order: store.OldestFirst, After: store.Cursor{Time: now, ID: "abc"}}
	if diff := cmp.Diff(want, f.query(f.view(), "elsa")); diff != "" {
		t.Error(diff)
	}
}

func TestCursor(t *testing.T) {
	for _, bad := range []string{"", ".", "x", "12", "12.", "!!.abc"} {
		if got := parseCursor(bad); got != (store.Cursor{}) {
			t.Errorf("%q: %+v", bad, got)
		}
	}
}

// The landing page shows what has a task, then what only waits, as far as there is room, and no case twice.
func TestLanding(t *testing.T) {
	w := swedish(t)
	rows := func(n int, prefix string, tasks ...casework.TaskKind) []flow.Row {
		var out []flow.Row
		for i := range n {
			out = append(out, flow.Row{ID: casework.ID(fmt.Sprint(prefix, i)), State: casework.AwaitingOfficer, Tasks: tasks})
		}
		return out
	}
	both := rows(3, "both", casework.TaskDeclined)
	for _, c := range []struct {
		name          string
		tasks         []flow.Row
		more          bool
		waiting       []flow.Row
		lists, second int
		link          bool
	}{
		{"few of each", both, false, append(rows(4, "w"), both...), 2, 4, false},
		{"no tasks", nil, false, rows(4, "w"), 2, 4, false},
		{"more waiting than there is room for", both, false, rows(50, "w"), 2, 47, true},
		{"a page full of tasks", rows(50, "t", casework.TaskLetter), true, nil, 1, 0, false},
		{"exactly a page of tasks", rows(50, "t", casework.TaskLetter), false, rows(2, "w"), 2, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			lists := w.landing(filterOf(t, inboxURL), &flow.Inbox{Rows: c.tasks, More: c.more, Tasks: len(c.tasks)}, &flow.Inbox{Rows: c.waiting}, "me")
			if len(lists) != c.lists {
				t.Fatalf("%d lists, want %d", len(lists), c.lists)
			}
			if len(lists) == 2 && (len(lists[1].Rows) != c.second || (lists[1].More != "") != c.link) {
				t.Errorf("second list: %d rows, link %q; want %d, %v", len(lists[1].Rows), lists[1].More, c.second, c.link)
			}
		})
	}
}

func TestTabs(t *testing.T) {
	w := swedish(t)
	f := filterOf(t, "/admin/arenden?vy=avslutade&tjanst=skolskjuts&efter=1.x")
	got := map[string]string{}
	for _, tab := range w.tabs(f, &flow.Inbox{Tasks: 12, Counts: map[casework.State]int{casework.Closed: 1000, casework.AwaitingOfficer: 3}}) {
		got[tab.Text] = tab.Count + " " + tab.URL
		if tab.Current != (tab.Text == "Avslutade") {
			t.Errorf("%s: current %v", tab.Text, tab.Current)
		}
	}
	for text, want := range map[string]string{"Att göra nu": "12 /admin/arenden?tjanst=skolskjuts", "Avslutade": "999+ /admin/arenden?tjanst=skolskjuts&vy=avslutade",
		"Hos handläggare": "3 /admin/arenden?tjanst=skolskjuts&vy=hos-handlaggare", "Alla": " /admin/arenden?tjanst=skolskjuts&vy=alla"} {
		if got[text] != want {
			t.Errorf("%s: %q, want %q", text, got[text], want)
		}
	}
}

// The session remembers the latest searches only.
func TestKeptSearches(t *testing.T) {
	var k kept
	for i := range 30 {
		k = k.add(fmt.Sprint("sökning ", i))
	}
	if len(k.By) != keptSearches || k.Last != 30 || k.By[30] != "sökning 29" || k.By[18] != "" || k.By[19] != "sökning 18" {
		t.Errorf("%+v", k)
	}
}
