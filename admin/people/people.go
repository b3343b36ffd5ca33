// Package people has the pages where a board's administrators keep its people: who has which role from when and until when, who may decide
// alone by which decision of the board, who is away, who is on call and who is asked after them, delegations and meetings.
//
// What somebody may do is changed by two: one proposes, with the board's signed paper or one that its secretary is asked to sign here, and another
// confirms, of the board or of the board that works for it. Absence, schedule, deputies and meetings are the administrator's alone. Everything works without script. An address names a board
// and a random id; words that are searched for stand in no address. One file has one page.
package people

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strconv"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/calendar"
	register "samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

//go:embed templates/*.html
var templates embed.FS

// Flow has the use cases; *flow.Service has them all. Every one refuses with fault.Unauthorised who is not staff, and with fault.NotFound who does
// not keep the board's people.
type Flow interface {
	Persons
	Changes
	Boards
}

// Persons is a board's people.
type Persons interface {
	PeopleBoards(context.Context, identity.Actor) ([]flow.PeopleBoard, error)
	PeopleOf(context.Context, identity.Actor, flow.BoardRef, flow.PeopleQuery) (*flow.PeopleList, error)
	PersonOf(context.Context, identity.Actor, flow.BoardRef, register.ID) (*flow.PersonView, error)
	// ProposePerson: fault.Conflict when the person has been changed since the page was shown.
	ProposePerson(context.Context, identity.Actor, flow.BoardRef, register.ID, flow.PersonEdit, *flow.PaperFile) (string, []forms.Problem, error)
	AddAbsence(ctx context.Context, a identity.Actor, ref flow.BoardRef, id register.ID, rev int64, in flow.AbsenceEdit) ([]forms.Problem, error)
	RemoveAbsence(ctx context.Context, a identity.Actor, ref flow.BoardRef, id register.ID, rev int64, n int) error
}

// Changes is what waits for a second person, and has waited.
type Changes interface {
	PeopleChanges(context.Context, identity.Actor, flow.BoardRef) (flow.PeopleBoard, []register.Change, error)
	PeopleChange(ctx context.Context, a identity.Actor, ref flow.BoardRef, id string) (*flow.ChangeView, error)
	ChangePaper(ctx context.Context, a identity.Actor, ref flow.BoardRef, id string) (*flow.File, error)
	// ConfirmChange: fault.Forbidden for who proposed it, fault.Conflict when it does not wait or is stale, fault.Exists.
	ConfirmChange(ctx context.Context, a identity.Actor, ref flow.BoardRef, id string) error
	RefuseChange(ctx context.Context, a identity.Actor, ref flow.BoardRef, id, ground string) ([]forms.Problem, error)
	PrepareImport(ctx context.Context, a identity.Actor, ref flow.BoardRef, name string, raw []byte) (string, *flow.ImportProblem, error)
	ProposeImport(ctx context.Context, a identity.Actor, ref flow.BoardRef, id, note string, paper *flow.PaperFile) ([]forms.Problem, error)
}

// Boards is what a board has laid down. rev is the board's when the page was shown: fault.Conflict when somebody has changed it since.
type Boards interface {
	PeopleSchedule(ctx context.Context, a identity.Actor, ref flow.BoardRef, week calendar.Date) (*flow.BoardView, error)
	AddShift(ctx context.Context, a identity.Actor, ref flow.BoardRef, rev int64, in flow.ShiftEdit) ([]forms.Problem, error)
	ChangeShift(ctx context.Context, a identity.Actor, ref flow.BoardRef, rev int64, n int, to string) ([]forms.Problem, error)
	SetDeputies(ctx context.Context, a identity.Actor, ref flow.BoardRef, rev int64, order map[register.ID]string) ([]forms.Problem, error)
	AddMeeting(ctx context.Context, a identity.Actor, ref flow.BoardRef, rev int64, day, stopDay, stopTime string) ([]forms.Problem, error)
	RemoveMeeting(ctx context.Context, a identity.Actor, ref flow.BoardRef, rev int64, day string) error
	ProposeDelegation(context.Context, identity.Actor, flow.BoardRef, flow.DelegationEdit, *flow.PaperFile) (string, []forms.Problem, error)
	EndDelegation(ctx context.Context, a identity.Actor, ref flow.BoardRef, rev int64, n int, last string, paper *flow.PaperFile) (string, []forms.Problem, error)
}

var _ Flow = (*flow.Service)(nil)

// Deps is what the pages need.
type Deps struct{ Flow Flow }

type area struct {
	Deps
	site *admin.Site

	desk        *ui.Template[deskPage]
	list        *ui.Template[listPage]
	person      *ui.Template[personPage]
	edit        *ui.Template[editPage]
	changes     *ui.Template[changesPage]
	change      *ui.Template[changePage]
	imports     *ui.Template[importPage]
	schedule    *ui.Template[schedulePage]
	shift       *ui.Template[shiftPage]
	delegations *ui.Template[delegationsPage]
	end         *ui.Template[endPage]
	meetings    *ui.Template[meetingsPage]
}

func newArea(site *admin.Site, d Deps) (*area, error) {
	a := &area{Deps: d, site: site}
	b := site.UI().Bind(templates, "parts")
	ui.Bind(b, &a.desk, "desk")
	ui.Bind(b, &a.list, "list")
	ui.Bind(b, &a.person, "person")
	ui.Bind(b, &a.edit, "edit")
	ui.Bind(b, &a.changes, "changes")
	ui.Bind(b, &a.change, "change")
	ui.Bind(b, &a.imports, "import")
	ui.Bind(b, &a.schedule, "schedule")
	ui.Bind(b, &a.shift, "shift")
	ui.Bind(b, &a.delegations, "delegations")
	ui.Bind(b, &a.end, "end")
	ui.Bind(b, &a.meetings, "meetings")
	return a, b.Err()
}

// deskURL is where the boards stand whose people one keeps.
const deskURL = admin.HomeURL + "/personer"

// boardURL is a board's address, with a page's own part: boardURL(ref, "/jour").
func boardURL(ref flow.BoardRef, page string) string {
	return deskURL + "/" + url.PathEscape(string(ref.Tenant)) + "/" + url.PathEscape(ref.Board) + page
}

func personURL(ref flow.BoardRef, id register.ID) string {
	return boardURL(ref, "/person/"+url.PathEscape(string(id)))
}

func changeURL(ref flow.BoardRef, id string) string {
	return boardURL(ref, "/andringar/"+url.PathEscape(id))
}

// Register adds the pages to the staff's site.
func Register(site *admin.Site, d Deps) error {
	a, err := newArea(site, d)
	if err != nil {
		return err
	}
	keeps := httpkit.Staff(identity.PeopleAdmin)
	const board = deskURL + "/:tenant/:board"
	get := func(path string, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodGet, Path: path, Who: keeps, Handle: h}
	}
	post := func(path string, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodPost, Path: path, Who: keeps, Handle: h, Hold: true}
	}
	filed := func(path string, h httpkit.Handler) httpkit.Route { // with a paper or a file
		return httpkit.Route{Method: http.MethodPost, Path: path, Who: keeps, Handle: h, Files: true}
	}
	site.Add([]admin.NavItem{{Key: "people", URL: deskURL, Roles: []identity.Role{identity.PeopleAdmin}}},
		get(deskURL, a.showDesk),
		get(board, a.showList),
		post(board+"/sok", a.search),
		get(board+"/ny", a.showNew),
		filed(board+"/ny", a.proposeNew),
		get(board+"/person/:person", a.showPerson),
		post(board+"/person/:person", a.addAbsence),
		post(board+"/person/:person/franvaro/bort", a.removeAbsence),
		get(board+"/person/:person/andra", a.showEdit),
		filed(board+"/person/:person/andra", a.proposeEdit),
		get(board+"/andringar", a.showChanges),
		get(board+"/andringar/:change", a.showChange),
		get(board+"/andringar/:change/papper", a.paper),
		post(board+"/andringar/:change/bekrafta", a.confirm),
		post(board+"/andringar/:change/avsla", a.refuse),
		filed(board+"/andringar/:change/foresla", a.proposeImport),
		get(board+"/fil", a.showImport),
		get(board+"/fil/mall", a.importTemplate),
		filed(board+"/fil", a.readFile),
		get(board+"/jour", a.showSchedule),
		post(board+"/jour", a.addShift),
		post(board+"/jour/ersattare", a.setDeputies),
		get(board+"/jour/pass/:shift", a.showShift),
		post(board+"/jour/pass/:shift", a.changeShift),
		get(board+"/delegering", a.showDelegations),
		filed(board+"/delegering", a.addDelegation),
		get(board+"/delegering/:line", a.showEnd),
		filed(board+"/delegering/:line", a.endDelegation),
		get(board+"/sammantraden", a.showMeetings),
		post(board+"/sammantraden", a.addMeeting),
		post(board+"/sammantraden/bort", a.removeMeeting),
	)
	return nil
}

// ref is the board that an address names.
func ref(r *httpkit.Request) flow.BoardRef {
	return flow.BoardRef{Tenant: identity.TenantID(r.Param("tenant")), Board: r.Param("board")}
}

// named gives a random id of the address. Anything that cannot be one does not exist.
func named(r *httpkit.Request, param string) (string, error) {
	s := r.Param(param)
	if len(s) == 0 || len(s) > 64 {
		return "", fault.New("people", fault.NotFound, nil)
	}
	return s, nil
}

// place gives a number of the address, from 0. fault.NotFound.
func place(r *httpkit.Request, param string) (int, error) {
	n, err := strconv.Atoi(r.Param(param))
	if err != nil || n < 0 {
		return 0, fault.New("people", fault.NotFound, nil)
	}
	return n, nil
}

// revision that the administrator saw; -1, which nothing has, when it is missing.
func revision(v url.Values) int64 {
	n, err := strconv.ParseInt(v.Get("rev"), 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// boardFrame is what every page of a board has.
type boardFrame struct {
	ui.Shell
	Over  string // whose people: "Socialnämnden, Tallviks kommun"
	Parts []ui.Link
	Holes *ui.Notice
}

// framed makes the frame of a board's page. page is the part that it belongs to.
func (a *area) framed(r *httpkit.Request, b flow.PeopleBoard, title, page string) boardFrame {
	w := a.words(r)
	f := boardFrame{Shell: a.site.Shell(r, title), Over: w.T("people.over", "board", b.Name, "organisation", b.Organisation)}
	for _, p := range []struct{ key, at string }{{"people", ""}, {"changes", "/andringar"}, {"schedule", "/jour"}, {"delegations", "/delegering"}, {"meetings", "/sammantraden"}, {"import", "/fil"}} {
		if b.Hosted && p.at != "/andringar" {
			continue
		}
		f.Parts = append(f.Parts, ui.Link{Text: w.T("people.part." + p.key), URL: boardURL(b.BoardRef, p.at), Current: p.at == page})
	}
	if len(b.Holes) > 0 {
		f.Holes = &ui.Notice{Tone: ui.Warning, Title: w.T("people.hole.title", "n", len(b.Holes)), Text: w.T("people.hole.text", "first", w.span(b.Holes[0].From, b.Holes[0].To))}
		if page != "/jour" {
			f.Holes.Links = []ui.Link{{Text: w.T("people.hole.link"), URL: boardURL(b.BoardRef, "/jour")}}
		}
	}
	return f
}
