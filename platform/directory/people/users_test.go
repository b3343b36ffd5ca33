package people

import (
	"testing"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/directory"
	"samtjanst/platform/identity"
)

// A day that has been is counted as it was: who came later, had left, or whose time was over is no user of it.
func TestWhoWasAUserOnADay(t *testing.T) {
	day := func(s string) calendar.Date {
		d, err := calendar.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	at := func(s string) time.Time { return day(s).At(12, 0, time.UTC) }
	officer := func(from, to string) []Role {
		r := Role{Authority: "social", Role: identity.Officer}
		if from != "" {
			r.From = day(from)
		}
		if to != "" {
			r.To = day(to)
		}
		return []Role{r}
	}
	ent := func(on string, what ...string) Entry { return Entry{At: at(on), What: what} }
	s := NewSnapshot(&directory.Tenant{ID: "ekkoping"}, 0, nil, nil)
	march := at("2026-03-01")
	for name, c := range map[string]struct {
		p    storedPerson
		want bool
	}{
		"here all the time":    {storedPerson{Person{Roles: officer("", "")}, []Entry{ent("2026-01-10", Entered)}}, true},
		"came later":           {storedPerson{Person{Roles: officer("2025-01-01", "")}, []Entry{ent("2026-04-10", Entered)}}, false},
		"left before":          {storedPerson{Person{Roles: officer("", ""), Closed: at("2026-02-10")}, []Entry{ent("2026-01-10", Entered), ent("2026-02-10", Closed)}}, false},
		"left after":           {storedPerson{Person{Roles: officer("", ""), Closed: at("2026-05-10")}, []Entry{ent("2026-01-10", Entered), ent("2026-05-10", Closed)}}, true},
		"was away, came back":  {storedPerson{Person{Roles: officer("", "")}, []Entry{ent("2026-01-10", Entered), ent("2026-02-10", Closed), ent("2026-05-10", Opened)}}, false},
		"the role was over":    {storedPerson{Person{Roles: officer("", "2026-02-28")}, []Entry{ent("2026-01-10", Entered)}}, false},
		"the role's last day":  {storedPerson{Person{Roles: officer("", "2026-03-01")}, []Entry{ent("2026-01-10", Entered)}}, true},
		"no role":              {storedPerson{Person{}, []Entry{ent("2026-01-10", Entered)}}, false},
		"a mandate alone":      {storedPerson{Person{Mandates: []Mandate{{Authority: "social"}}}, []Entry{ent("2026-01-10", Entered)}}, true},
		"entered, not active":  {storedPerson{Person{Roles: officer("", ""), Synced: &Synced{}}, []Entry{ent("2026-01-10", Entered)}}, false},
		"active now, not then": {storedPerson{Person{Roles: officer("", ""), Synced: &Synced{Active: true}}, []Entry{ent("2026-01-10", Entered), ent("2026-04-10", Opened)}}, false},
	} {
		if got := c.p.user(s, march); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
