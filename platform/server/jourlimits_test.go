package server_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/timelimit"
)

// A limit of a decision that a host has prepared is warned of step by step: to the host's officers and heads while the host answers for the case, to
// the unit's from when somebody there has accepted it, and between them always to those who may decide, who are of the board whose case it is. Of
// the elected only who has decided is told; nobody is told what it is about.
func TestWhoIsWarnedOfALimitOfTheNight(t *testing.T) {
	t.Parallel()
	d := newDuty(t, func(o *servertest.Options, _ fstest.MapFS) {
		amended(t, o.Forms, "jourbeslut", "\nretention:", lawOfTheTests+"\nretention:")
	})
	host, unit := flow.BoardRef{Tenant: "tallvik", Board: "barn-och-utbildning"}, social
	for ref, staff := range map[flow.BoardRef]map[string]identity.Role{
		host: {"hanna": identity.Officer, "hans": identity.Decider, "hedda": identity.Manager, "hugo": identity.Chair},
		unit: {"ulla": identity.Officer, "ulf": identity.Manager},
		{Tenant: "ekkoping", Board: "barn-och-utbildning"}: {"sune": identity.Officer, "sven": identity.Decider, "stina": identity.Manager},
	} {
		for name, role := range staff {
			enter(t, d.World, ref, people.Person{Name: strings.ToUpper(name[:1]) + name[1:] + " Testsson", Email: name + "@example.se"}, role)
		}
	}
	enter(t, d.World, unit, people.Person{Name: "Ursula Testsson", Phone: "+46701740620"}, identity.Decider) // by telephone alone
	d.Clock.Advance(people.Fresh)

	kept, accepted := d.decidedByTelephone(t, "2026-11-23 20:00"), d.decidedByTelephone(t, "2026-11-23 20:30")
	d.accepts(t, accepted)
	// A week from Monday is a Monday. Which mail is of which case shows by whom it is to: the host has the first, the unit the second; Disa has decided
	// both, and Ursula may decide in both.
	d.ladder(t, []rung{
		{"2026-11-27 07:59", nil},
		{"2026-11-27 08:00", []string{"hanna", "ulla"}},
		{"2026-11-29 07:59", nil},
		{"2026-11-29 08:00", []string{"disa", "disa", "ursula", "ursula"}},
		{"2026-11-30 19:59", nil},
		{"2026-11-30 20:00", []string{"hedda", "ulf"}},
		{"2026-11-30 23:59", nil},
		{"2026-12-01 00:00", []string{"disa", "disa", "hanna", "hedda", "ulf", "ulla", "ursula", "ursula"}},
		{"2026-12-02 12:00", nil},
	})
	for id, reader := range map[casework.ID]identity.Actor{kept: d.torsten, accepted: d.siv} {
		h := d.Head(id)
		if l := h.Limit("ratten"); l.State != casework.LimitMissed || l.Term.Moves() {
			t.Errorf("the limit is %+v", l)
		}
		rows, err := d.Flow.UrgentLimits(d.Ctx, reader)
		if err != nil || len(rows) == 0 || rows[0].Limits[0].Means != "Omhändertagandet upphör." {
			t.Errorf("%s is not told what it means: %+v %v", reader.Staff.Name, rows, err)
		}
	}

	// A week later is Christmas Eve, which moves the day to Monday: warnings go by the day that is not moved, and the time is over on the other. The
	// case is handed over between two of them, and while nobody has accepted it the host answers for it.
	moved := d.decidedByTelephone(t, "2026-12-17 23:50")
	d.ladder(t, []rung{{"2026-12-21 08:00", []string{"hanna"}}})
	if problems, err := d.Flow.HandToUnit(d.Ctx, d.torsten, moved, ""); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	d.ladder(t, []rung{{"2026-12-23 08:00", []string{"disa", "ursula"}}, {"2026-12-24 20:00", []string{"hedda"}}})
	if err := d.Flow.AcceptFromHost(d.Ctx, d.siv, moved); err != nil {
		t.Fatal(err)
	}
	d.ladder(t, []rung{{"2026-12-28 23:59", nil}, {"2026-12-29 00:00", []string{"disa", "ulf", "ulla", "ursula"}}})
	h := d.Head(moved)
	if l := h.Limit("ratten"); l.Term.Plain.String() != "2026-12-24" || l.Term.Moved.String() != "2026-12-28" || l.State != casework.LimitMissed {
		t.Errorf("the limit is %+v", l)
	}

	// Where nobody may decide who can be reached, the next on the ladder is told.
	for _, p := range []people.Person{d.disa, *d.personOf(t, "Ursula Testsson")} {
		away := p.Clone()
		away.Absences = []people.Absence{{From: d.Clock.Now().Add(-time.Minute)}}
		if _, err := d.Flow.People.Put(d.Ctx, away, people.Entry{At: d.Clock.Now(), By: "setup", What: []string{"absences"}}); err != nil {
			t.Fatal(err)
		}
	}
	d.decidedByTelephoneOf(t, d.doris, "2027-01-11 20:00")
	leaves := d.doris.Clone()
	leaves.Absences = []people.Absence{{From: d.Clock.Now()}}
	if _, err := d.Flow.People.Put(d.Ctx, leaves, people.Entry{At: d.Clock.Now(), By: "setup", What: []string{"absences"}}); err != nil {
		t.Fatal(err)
	}
	d.ladder(t, []rung{{"2027-01-15 08:00", []string{"hanna"}}, {"2027-01-17 08:00", []string{"hedda"}}, {"2027-01-18 20:00", []string{"hedda"}}})
}

// personOf is somebody of Ekköping's register as it is now.
func (d *duty) personOf(t *testing.T, name string) *people.Person {
	t.Helper()
	all, err := d.Flow.People.Now(d.Ctx, "ekkoping")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all.People(), func(p *people.Person) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("nobody is called %s", name)
	}
	return all.People()[i]
}

func (d *duty) decidedByTelephone(t *testing.T, when string) casework.ID {
	t.Helper()
	return d.decidedByTelephoneOf(t, d.disa, when)
}

// decidedByTelephoneOf is a case of the host's that somebody has decided by telephone at a time.
func (d *duty) decidedByTelephoneOf(t *testing.T, p people.Person, when string) casework.ID {
	t.Helper()
	at, err := timelimit.ParseMoment(when)
	if err != nil {
		t.Fatal(err)
	}
	d.Clock.Advance(at.Add(-time.Minute).Sub(d.Clock.Now()))
	d.Run()
	id := d.prepare(t)
	d.layInOrder(t, id, "De andra kan inte nås.", p)
	d.Clock.Advance(at.Sub(d.Clock.Now()))
	day, hour, _ := strings.Cut(when, " ")
	problems, err := d.Flow.NoteOral(d.Ctx, d.torsten, id, flow.OralInput{Party: d.Head(id).Decision.Signers[0].ID, Day: day, Clock: hour, How: casework.Orally, Reason: "BankID ligger nere."})
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	d.Run()
	return id
}

// accepts hands a case to the unit, and has it accepted.
func (d *duty) accepts(t *testing.T, id casework.ID) {
	t.Helper()
	if problems, err := d.Flow.HandToUnit(d.Ctx, d.torsten, id, ""); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	if err := d.Flow.AcceptFromHost(d.Ctx, d.siv, id); err != nil {
		t.Fatal(err)
	}
}

// rung is a time, and who is told of a limit when it comes, by the part of the address before the @.
type rung struct {
	at   string
	told []string
}

// ladder moves the clock over the rungs, and holds what comes against them. What is not of a limit is left out.
func (d *duty) ladder(t *testing.T, rungs []rung) {
	t.Helper()
	mails, texts := len(d.Sim.Mail.Messages("")), len(d.Sim.SMS.Messages(""))
	notices := func() (out []string) { // since the last time, to whom first
		mail, sms := d.Sim.Mail.Messages(""), d.Sim.SMS.Messages("") // newest first
		for _, m := range mail[:len(mail)-mails] {
			out = append(out, m.To+"\n"+m.Subject+"\n"+m.Body)
		}
		for _, m := range sms[:len(sms)-texts] {
			out = append(out, m.To+"\n"+m.Text)
		}
		mails, texts = len(mail), len(sms)
		return slices.DeleteFunc(out, func(text string) bool { return !strings.Contains(text, "tidsfrist") })
	}
	for _, r := range rungs {
		at, err := timelimit.ParseMoment(r.at)
		if err != nil {
			t.Fatal(err)
		}
		d.Clock.Advance(at.Sub(d.Clock.Now()))
		d.Run()
		d.Run() // the warnings that the limits have made
		var told []string
		for _, text := range notices() {
			to, _, _ := strings.Cut(text, "\n")
			who, _, _ := strings.Cut(to, "@")
			who = strings.TrimSuffix(strings.Replace(who, "+46701740620", "ursula", 1), ".provberg")
			told = append(told, who)
			for _, secret := range []string{"Elsa", "Provberg", "Testsson", "JOU", "SN 2026", "LVU", "underställ"} {
				if strings.Contains(strings.TrimPrefix(text, to), secret) {
					t.Errorf("%s: the notice to %s says %q:\n%s", r.at, who, secret, text)
				}
			}
			elected := who == "disa" || who == "doris"
			if elected != strings.Contains(text, "/admin/att-besluta") || elected == strings.Contains(text, "/admin/arenden?vy=frister") {
				t.Errorf("%s: %s is shown to a page that is not hers:\n%s", r.at, who, text)
			}
			municipality := "Ekköping"
			if strings.HasPrefix(who, "h") {
				municipality = "Tallvik"
			}
			if who != "ursula" && !strings.Contains(text, municipality) {
				t.Errorf("%s: %s is not told by her own municipality:\n%s", r.at, who, text)
			}
		}
		slices.Sort(told)
		if diff := cmp.Diff(r.told, told); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", r.at, d.Clock.Now().In(clock.Stockholm).Weekday(), diff)
		}
	}
}
