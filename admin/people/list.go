package people

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"samtjanst/admin"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// listPage is a board's people.
type listPage struct {
	boardFrame
	SearchURL string
	Search    string
	Clear     string // address without the search
	Views     []ui.Link
	People    ui.Table
	Pages     ui.Pagination
	Waiting   *ui.Notice
	Sync      []*ui.Notice // what does not follow the organisation's directory, or the register
	New       string
}

// A search is for a name, so its words are in no address: they are posted and kept in the session, and the address says that there is one.
const (
	searchKey = "people-search"
	maxSearch = 120 // characters
)

// search is POST.
func (a *area) search(r *httpkit.Request) error {
	query := strings.Join(strings.Fields(r.Form().Get("sok")), " ")
	if n := []rune(query); len(n) > maxSearch {
		query = string(n[:maxSearch])
	}
	if err := r.Keep(map[string]any{searchKey: query}); err != nil {
		return err
	}
	if query == "" {
		return r.See(boardURL(ref(r), ""))
	}
	return r.See(boardURL(ref(r), "?sok=ja&vy="+flow.PeopleAll))
}

// showList is GET.
func (a *area) showList(r *httpkit.Request) error {
	v := r.QueryValues()
	q := flow.PeopleQuery{View: v.Get("vy")}
	q.Page, _ = strconv.Atoi(v.Get("sida")) // nothing is the first
	searched := v.Get("sok") != "" && r.Value(searchKey, &q.Search)
	l, err := a.Flow.PeopleOf(r.Context(), r.Actor(), ref(r), q)
	if err != nil {
		return err
	}
	w := a.words(r)
	p := listPage{boardFrame: a.framed(r, l.Board, w.T("people.list.title"), ""), Search: q.Search, SearchURL: boardURL(ref(r), "/sok"), New: boardURL(ref(r), "/ny")}
	p.Wide = true
	address := func(view string, page int) string {
		out := url.Values{"vy": {view}}
		if searched {
			out.Set("sok", "ja")
		}
		if page > 1 {
			out.Set("sida", strconv.Itoa(page))
		}
		return boardURL(ref(r), "?"+out.Encode())
	}
	if q.View == "" {
		q.View = flow.PeopleHere
	}
	for _, view := range []string{flow.PeopleHere, flow.PeopleEnding, flow.PeopleGone, flow.PeopleAll} {
		p.Views = append(p.Views, ui.Link{Text: w.T("people.view." + view), URL: address(view, 1), Current: view == q.View, Count: l.Counts[view]})
	}
	if searched {
		p.Clear = boardURL(ref(r), "")
	}
	for _, st := range l.Sync {
		p.Sync = append(p.Sync, w.sync(st))
	}
	if n := len(l.Waiting); n > 0 {
		p.Waiting = &ui.Notice{Tone: ui.Info, Title: w.T("people.list.waiting", "n", n), Links: []ui.Link{{Text: w.T("people.list.waiting-link"), URL: boardURL(ref(r), "/andringar")}}}
	}
	p.Pages = ui.Pagination{Page: l.Page, Total: l.Pages}
	if l.Page > 1 {
		p.Pages.Previous = address(q.View, l.Page-1)
	}
	if l.Page < l.Pages {
		p.Pages.Next = address(q.View, l.Page+1)
	}
	p.People = ui.Table{Caption: w.T("people.view." + q.View), Empty: w.T("people.list.empty"), Columns: []ui.Column{{Title: w.T("people.field.name")},
		{Title: w.T("people.list.roles")}, {Title: w.T("people.list.state")}, {Title: w.T("people.list.reach")}}}
	for _, one := range l.People {
		name := ui.Cell{Text: one.Person.Name, URL: personURL(ref(r), one.Person.ID)}
		if one.Waits {
			name.Detail = w.T("people.list.changing")
		}
		reach := ui.Cell{Text: one.Person.Phone, Detail: one.Person.Email}
		if reach.Text == "" {
			reach = ui.Cell{Text: one.Person.Email}
		}
		state := ui.Cell{Text: w.T("people.state.here"), Tag: w.tag(one.Standing, one.Soon)}
		if state.Tag != nil {
			state.Text = ""
		}
		p.People.Rows = append(p.People.Rows, []ui.Cell{name, {Text: w.held(one.Standing.Held)}, state, reach})
	}
	return admin.Show(r, http.StatusOK, a.list, p)
}
