package cooperation

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/identity"
)

// said is what a board has decided about its people, as boards/*.yaml has it. People are named by their mail addresses.
type said struct {
	Board  string `yaml:"board"`
	OnCall struct {
		Change string   `yaml:"change"` // time of day on Mondays: "08:00"
		Rota   []string `yaml:"rota"`   // a week each, in this order; the one after is asked second
	} `yaml:"oncall"`
	Deputies    []string     `yaml:"deputies"`
	Delegations []delegation `yaml:"delegations"`
	Meetings    struct {
		Weekday  string `yaml:"weekday"`  // "onsdag"
		Week     int    `yaml:"week"`     // which one of the month, from 1
		StopDays int    `yaml:"stopDays"` // before the meeting; what is decided after that is reported to the next
	} `yaml:"meetings"`
}

type delegation struct {
	Title     string   `yaml:"title"`
	Kinds     []string `yaml:"kinds"`
	Law       string   `yaml:"law"`
	Number    string   `yaml:"number"`
	Decided   string   `yaml:"decided"`
	Paragraph string   `yaml:"paragraph"`
	From      string   `yaml:"from"`
}

// weekdays as the files name them, by ISO 8601 from 1.
var weekdays = []string{"måndag", "tisdag", "onsdag", "torsdag", "fredag"}

// saidBy reads a municipality's file.
func saidBy(id identity.TenantID) (*said, error) {
	name := "boards/" + string(id) + ".yaml"
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	var s said
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&s); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if s.Board != social || len(s.OnCall.Rota) == 0 || !slices.Contains(weekdays, s.Meetings.Weekday) || s.Meetings.Week < 1 || s.Meetings.Week > 4 {
		return nil, fmt.Errorf("%s: board, oncall and meetings are needed", name)
	}
	return &s, nil
}

// on adds to a board what it has said and has not in its register: at first all of it, later what has come within Ahead since.
func (s *said) on(b *people.Board, snap *people.Snapshot, now time.Time) error {
	if b.Rev == 0 {
		for _, mail := range s.Deputies {
			id, err := named(snap, mail)
			if err != nil {
				return err
			}
			b.Deputies = append(b.Deputies, id)
		}
		for _, d := range s.Delegations {
			line, problems := d.typed().Read(now)
			if len(problems) > 0 {
				return fmt.Errorf("delegation %s: %s", d.Number, words(problems))
			}
			b.Delegations = append(b.Delegations, line)
		}
	}
	if err := s.schedule(b, snap, now); err != nil {
		return err
	}
	for month := calendar.On(now.In(clock.Stockholm)); len(b.Meetings) < 4; month = month.AddMonths(1) {
		day := s.meeting(month)
		if day.Before(calendar.On(now.In(clock.Stockholm))) || slices.ContainsFunc(b.Meetings, func(m people.Meeting) bool { return m.Day == day }) {
			continue
		}
		b.Meetings = append(b.Meetings, people.Meeting{Day: day, Stop: day.AddDays(-s.Meetings.StopDays).At(12, 0, clock.Stockholm)})
	}
	return nil
}

// schedule adds the weeks that have not been given out from the present one until Ahead.
func (s *said) schedule(b *people.Board, snap *people.Snapshot, now time.Time) error {
	change, err := time.Parse("15:04", s.OnCall.Change)
	if err != nil {
		return errors.New("oncall.change: give a time of day, as 08:00")
	}
	week := monday(now, change.Hour(), change.Minute())
	if now.Before(week) {
		week = monday(week.AddDate(0, 0, -1), change.Hour(), change.Minute())
	}
	for ; week.Before(now.Add(Ahead)); week = week.AddDate(0, 0, 7) {
		next := week.AddDate(0, 0, 7)
		if slices.ContainsFunc(b.Shifts, func(sh people.Shift) bool { return sh.From.Before(next) && week.Before(sh.To) }) {
			continue // given out, or changed by hand
		}
		turn := calendar.Of(2023, time.January, 2).DaysUntil(calendar.On(week)) / 7
		for rank := range min(2, len(s.OnCall.Rota)) {
			id, err := named(snap, s.OnCall.Rota[(turn+rank)%len(s.OnCall.Rota)])
			if err != nil {
				return err
			}
			b.Shifts = append(b.Shifts, people.Shift{Person: id, From: week, To: next, Rank: rank})
		}
	}
	return nil
}

// meeting is the day of the board's meeting in a month.
func (s *said) meeting(in calendar.Date) calendar.Date {
	first := calendar.Of(in.Year(), in.Month(), 1)
	weekday := slices.Index(weekdays, s.Meetings.Weekday) + 1
	return first.AddDays((weekday-first.Weekday()+7)%7 + 7*(s.Meetings.Week-1))
}

func (d delegation) typed() people.TypedDelegation {
	var kinds string
	for _, k := range d.Kinds {
		kinds += k + " "
	}
	return people.TypedDelegation{Kinds: kinds, Title: d.Title, Law: d.Law, Number: d.Number, Decided: d.Decided, Paragraph: d.Paragraph, From: d.From}
}

func words(problems []forms.Problem) (out string) {
	for _, p := range problems {
		out += string(p.Pointer) + " " + p.Code + " "
	}
	return out
}
