package server_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
)

// A neighbour's people do not exist for an administrator, on any page; officers do not come in; a host's administrators read and confirm what waits
// at a board that they work for, and nothing else.
func TestWallsAroundPeople(t *testing.T) {
	w := peopleWorld(t)
	host, own := administrator("Värd", social), administrator("Egen", teachers)
	tove := enter(t, w, teachers, people.Person{Name: "Tove Provberg", Number: idno.Must("198403122388"), Phone: "+46701740605"}, identity.Chair)
	id, problems, err := w.Flow.ProposePerson(w.Ctx, own, teachers, tove.ID, flow.PersonEdit{Op: flow.ChangePerson, Rev: tove.Rev, Typed: people.Typed{Name: "Tove Provberg", Number: sannasNumber,
		Phone: "070-1740606", Roles: []people.TypedRole{{Role: "chair"}}}}, nil)
	if err != nil || problems != nil {
		t.Fatal(err, problems)
	}
	other := administrator("Annan", flow.BoardRef{Tenant: "tallvik", Board: "teknik"})
	address := func(r httpkit.Route) string {
		return strings.NewReplacer(":tenant", "tallvik", ":board", teachers.Board, ":person", string(tove.ID), ":change", id, ":shift", "0", ":line", "0").Replace(r.Path)
	}
	seen := 0
	for _, r := range w.Kit.Routes() {
		if !strings.HasPrefix(r.Path, "/admin/personer/:tenant") {
			continue
		}
		officer := own
		staff := *own.Staff
		staff.Grants = []identity.Grant{{Authority: "tallvik/barn-och-utbildning", Roles: []identity.Role{identity.Officer, identity.Manager}}}
		officer.Staff = &staff
		for name, c := range map[string]struct {
			who  identity.Actor
			want int
		}{"another board of the municipality": {other, 404}, "the host": {host, 404}, "an officer of the board": {officer, 403}} {
			if name == "the host" && strings.Contains(r.Path, "/andringar") {
				continue
			}
			w.Clock.Advance(time.Second)
			d := newDesk(t, w, c.who)
			if r.Method == http.MethodGet {
				d.Get(address(r))
			} else {
				d.Get("/admin")
				d.Post(address(r), url.Values{httpkit.TokenField: {httpkit.TokenFor(d.Cookies[httpkit.StaffSession.Cookie()])}, "rev": {"0"}, "n": {"0"}, "sok": {"Tove"}, "dag": {"2026-12-01"}})
			}
			seen++
			search := strings.HasSuffix(r.Path, "/sok") && d.Page.Status == http.StatusSeeOther && c.want == 404 // leads to the list, which there is not
			if file := strings.HasSuffix(r.Path, "/fil") && d.Page.Status == http.StatusNotFound; d.Page.Status != c.want && !search && !file {
				t.Errorf("%s %s as %s: %d", r.Method, r.Path, name, d.Page.Status)
			}
			if strings.Contains(d.Text(), "Tove") {
				t.Errorf("%s %s as %s names her", r.Method, r.Path, name)
			}
		}
	}
	if seen < 80 {
		t.Errorf("only %d visits", seen)
	}
	d := newDesk(t, w, host)
	d.Get("/admin/personer")
	d.sees(200, "host", "Nämnder som ni arbetar åt", "Utbildningsnämnden, Tallviks kommun", "1 väntar")
	d.Get("/admin/personer/tallvik/" + teachers.Board + "/andringar/" + id)
	d.sees(200, "host-change", "+46701740606")
	d.Submit("Bekräfta", nil)
	d.follow()
	d.sees(200, "host-confirmed", "Inget väntar.")
	if p, _, err := w.Flow.People.Person(w.Ctx, "tallvik", tove.ID); err != nil || p.Phone != "+46701740606" {
		t.Errorf("%v %v", p, err)
	}
	if _, err := w.Flow.PeopleChange(w.Ctx, host, flow.BoardRef{Tenant: "tallvik", Board: "teknik"}, id); !errors.Is(err, fault.NotFound) {
		t.Errorf("under another board's address: %v", err)
	}
}
