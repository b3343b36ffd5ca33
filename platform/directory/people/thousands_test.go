package people_test

import (
	"fmt"
	"testing"
	"time"

	source "samtjanst/integrations/people"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/identity"
)

// thousands is a directory of a large municipality, of which every tenth has a role in a board.
func thousands(n int) []source.Entry {
	all := staff(n)
	for i := range all {
		all[i].Email, all[i].Title, all[i].Department = fmt.Sprintf("nr%d.testsson@example.se", i), "Socialsekreterare", fmt.Sprintf("Enhet %d", i%40)
	}
	return all
}

// What a process has written itself it knows at once, as it would have read it.
func TestTakesWhatItWrites(t *testing.T) {
	h := open(t)
	h.now(h.Register)
	var last people.Person
	for _, name := range []string{"Moa Testsson", "Ann Testsson", "Örjan Testsson", "ann Testsson"} {
		last = h.put(people.Person{Name: name, Email: name[:2] + "@example.se", Logins: []string{"https://a|" + name}})
	}
	last.Name, last.Logins = "Öla Testsson", []string{"https://a|annan"}
	last = h.put(last)
	last.Roles = append(last.Roles, people.Role{Authority: "social", Role: identity.Officer}) // what is kept is not what the caller holds
	mine, read := h.now(h.Register), h.now(h.another())
	for i, p := range read.People() {
		if mine.People()[i].ID != p.ID || len(people.Differences(mine.People()[i], p)) != 0 {
			t.Errorf("%d: %s, not %s", i, mine.People()[i].Name, p.Name)
		}
	}
	if mine.ByLogin("https://a|annan") == nil || mine.ByLogin("https://a|ann Testsson") != nil || mine.Person(last.ID).Roles != nil {
		t.Error("it is found as it was before")
	}
}

// Figures of a register with 5,000 people: go test -run '^$' -bench Thousands -benchtime 1x ./platform/directory/people
func BenchmarkThousands(b *testing.B) {
	var h *house
	all := thousands(5000)
	every := func(name string, do func(i int)) {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				do(i)
			}
		})
	}
	sync := func() people.Taken {
		taken, err := h.sync(all)
		if err != nil {
			b.Fatal(err)
		}
		return taken
	}
	every("sync-the-first-time", func(int) {
		h = open(b)
		if taken := sync(); taken.New != len(all) {
			b.Fatalf("%+v", taken)
		}
	})
	every("sync-nothing-changed", func(int) { sync() })
	every("sync-one-changed", func(i int) { all[7].Title = fmt.Sprint("Titel ", i); sync() })
	every("read-by-a-new-process", func(int) { h.now(h.another()) })
	p := *h.now(h.Register).ByOrigin(from, "id-99")
	every("change-one-and-ask", func(i int) {
		p = p.Clone()
		p.Absences = []people.Absence{{From: h.clock.Now().Add(time.Duration(i) * time.Hour)}}
		p = h.put(p)
		h.now(h.Register)
	})
	every("standing-of-everybody", func(int) {
		s := h.now(h.Register)
		for _, p := range s.People() {
			s.Standing(p, "social", h.clock.Now())
		}
	})
	lines := make([]people.Line, 2000)
	for i := range lines {
		lines[i] = people.Line{Number: i + 2, Cells: map[people.Column]string{people.NameColumn: fmt.Sprintf("Ny %d Provberg", i), people.EmailColumn: fmt.Sprintf("ny%d@example.se", i), people.RoleColumn: "handläggare"}}
	}
	every("file-of-2000", func(int) {
		if plan := h.now(h.Register).Planned(lines, "social", h.clock.Now(), func(*people.Person) bool { return true }); len(plan.Edits) != len(lines) {
			b.Fatalf("%d edits, %+v", len(plan.Edits), plan.Refused[0])
		}
	})
	for i := range lines {
		lines[i].Cells[people.EmailColumn] = ""
	}
	every("file-of-2000-names", func(int) {
		h.now(h.Register).Planned(lines, "social", h.clock.Now(), func(*people.Person) bool { return true })
	})
}
