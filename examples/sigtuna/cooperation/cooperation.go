// Package cooperation is a socialjour that eight municipalities share, as the one that Sigtuna and seven more planned: urgent decisions at night,
// prepared by the host's officers and taken by the elected of the municipality whose child or adult it is. None of the municipalities here exists,
// and nobody who works in them.
//
// Three folders say all of it, as an administrator or an operator would:
//
//	municipalities/  what each organisation is, who logs in how, and that the host works for its social board with which forms
//	people/          who works there and who is elected, in the files that administrators read into the register of people
//	boards/          what each social board has decided about them: who is on call, deputies, delegations, meetings
//
// At the first start the people and what the boards have decided are put into the registers; after that the registers hold. Schedules are made
// for as long as Ahead from each start on, since nobody is there to make them.
package cooperation

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"samtjanst/integrations/dispatch"
	"samtjanst/integrations/sim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/clock"
	"samtjanst/platform/config"
	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/server"
)

//go:embed municipalities people boards
var files embed.FS

// Ahead is how long the schedules of who is on call are made for.
const Ahead = 4 * 7 * 24 * time.Hour

const (
	host   = "bjorkvalla" // whose socialjour it is
	social = "social"     // slug of every municipality's board
)

// Demonstration is the cooperation, ready to run.
func Demonstration() (server.Demonstration, error) {
	dirs, err := directory.Load(files, "municipalities")
	if err != nil {
		return server.Demonstration{}, err
	}
	staff, err := cast(dirs)
	if err != nil {
		return server.Demonstration{}, err
	}
	d := server.Demonstration{Name: "sigtuna", Data: "data/sigtuna", Municipalities: files, Staff: staff, Fill: fill}
	for _, t := range dirs.Tenants() {
		d.Organisations = append(d.Organisations, sim.Organisation{ID: string(t.ID), Name: t.Name, Number: strings.ReplaceAll(t.OrgNumber, "-", "")})
	}
	d.Configure = func(c config.Config, e sim.Endpoints) (config.Config, error) { return configure(c, e, dirs), nil }
	d.Say = say(staff)
	return d, nil
}

// configure is that of the demo's simulators, and to whom the boards send their decisions: court and police by the access point, the ward on paper.
func configure(c config.Config, e sim.Endpoints, dirs *directory.Directory) config.Config {
	c = server.Simulated(c, e)
	c.Dispatch.Senders = map[string]dispatch.Address{}
	for _, t := range dirs.Tenants() {
		c.Dispatch.Senders[string(t.ID)] = dispatch.Address("0203:" + string(t.ID) + ".example")
		board := string(t.AuthorityID(social))
		c.Dispatch.Receivers = append(c.Dispatch.Receivers,
			config.Receiver{Authority: board, To: "court", Name: "Förvaltningsrätten i Björkvalla", Phone: "070-174 06 91", Address: sim.CourtAddress},
			config.Receiver{Authority: board, To: "police", Name: "Polismyndigheten, vakthavande befäl", Phone: "070-174 06 92", Address: sim.PoliceAddress},
			config.Receiver{Authority: board, To: "ward", Name: "Avdelningen", Phone: "070-174 06 93"})
	}
	return c
}

// linesOf reads a municipality's file of people, as administrators' own are read.
func linesOf(id identity.TenantID) ([]people.Line, error) {
	name := "people/" + string(id) + ".csv"
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	lines, problem := people.ReadFile(raw)
	if problem != nil {
		return nil, fmt.Errorf("%s: %s %v", name, problem.Code, problem.Params)
	}
	return lines, nil
}

// cast is the people of the files as the simulators know them: the employed at their municipality's login, the elected by e-legitimation alone.
func cast(dirs *directory.Directory) ([]sim.Staff, error) {
	var out []sim.Staff
	for _, t := range dirs.Tenants() {
		lines, err := linesOf(t.ID)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			number, err := idno.Parse(l.Cells[people.NumberColumn], time.Now())
			if err != nil {
				return nil, fmt.Errorf("people/%s.csv:%d: %w", t.ID, l.Number, err)
			}
			if n := len(out); n > 0 && out[n-1].Number == number {
				continue // another role of the same person
			}
			name, _, _ := strings.Cut(l.Cells[people.EmailColumn], "@")
			id := strings.ReplaceAll(name, ".", "-")
			p := sim.Staff{ID: personas.StaffID(id), Subject: string(t.ID) + "-" + id, Number: number, Name: l.Cells[people.NameColumn], Mail: l.Cells[people.EmailColumn],
				Title: l.Cells[people.TitleColumn] + ", socialnämnden i " + t.Short}
			if l.Cells[people.KindsColumn] == "" && l.Cells[people.RoleColumn] != people.RoleName(identity.Chair) {
				p.Tenant = string(t.ID)
			}
			out = append(out, p)
		}
	}
	return out, nil
}

// fill puts people and boards into the registers at the first start, and makes the schedules go on at every one.
func fill(ctx context.Context, s *server.Server) error {
	for _, t := range s.Flow.Directory.Tenants() {
		if err := fillOne(ctx, s, t.ID); err != nil {
			return fmt.Errorf("municipality %s: %w", t.ID, err)
		}
	}
	return s.Flow.SettleKeys(ctx)
}

func fillOne(ctx context.Context, s *server.Server, id identity.TenantID) error {
	register, now := s.Flow.People, s.Flow.Clock.Now()
	board, _, err := register.Board(ctx, id, social)
	if err != nil {
		return err
	}
	said, err := saidBy(id)
	if err != nil {
		return err
	}
	if board.Rev == 0 { // a start that was broken off is begun anew: who is there already is left as he or she is
		if err := enter(ctx, register, id, now); err != nil {
			return err
		}
	}
	snap, err := register.Now(ctx, id)
	if err != nil {
		return err
	}
	was := len(board.Shifts)
	if err := said.on(&board, snap, now); err != nil {
		return fmt.Errorf("boards/%s.yaml: %w", id, err)
	}
	if board.Rev > 0 && len(board.Shifts) == was {
		return nil
	}
	_, err = register.PutBoard(ctx, id, board, people.Entry{By: by, ByName: byName, What: []string{"shift-added"}})
	return err
}

// Who enters what the files have, as the history says.
const (
	by     = "example"
	byName = "Uppstarten av exemplet"
)

// enter puts the people of a file into the register, by the same reading as a file that an administrator brings. A row that is refused stops
// the start.
func enter(ctx context.Context, register *people.Register, id identity.TenantID, now time.Time) error {
	lines, err := linesOf(id)
	if err != nil {
		return err
	}
	snap, err := register.Now(ctx, id)
	if err != nil {
		return err
	}
	plan := snap.Planned(lines, social, now, func(*people.Person) bool { return true })
	if len(plan.Refused) > 0 {
		r := plan.Refused[0]
		return fmt.Errorf("people/%s.csv:%d: %s: %s %v", id, r.Line, r.Column, r.Code, r.Params)
	}
	for _, e := range plan.Edits {
		e.Person.Tenant = id
		if _, err := register.Put(ctx, e.Person, people.Entry{By: by, ByName: byName}); err != nil {
			return err
		}
	}
	return nil
}

// monday is the Monday of a moment's week in Sweden, at a time of day.
func monday(at time.Time, hour, minute int) time.Time {
	y, m, d := at.In(clock.Stockholm).Date()
	days := (int(at.In(clock.Stockholm).Weekday()) + 6) % 7
	return time.Date(y, m, d-days, hour, minute, 0, 0, clock.Stockholm)
}

// named finds a person of the register by mail address.
func named(snap *people.Snapshot, email string) (people.ID, error) {
	i := slices.IndexFunc(snap.People(), func(p *people.Person) bool { return strings.EqualFold(p.Email, email) })
	if i < 0 {
		return "", fmt.Errorf("nobody has the address %s", email)
	}
	return snap.People()[i].ID, nil
}
