package caseload

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/renderer/ui"
)

// The inbox as a page: which cases the officer looks at (filter, all of it in the address), and how they are shown.

// view is one tab: a name for addresses, and what it selects.
type view struct {
	name   string
	states []casework.State
	task   bool
	limits bool // time limits: those that are near or past, and those that have time left
}

// views in the order of the tabs. The first is the landing page: what the officer must do now, and why.
var views = []view{
	{name: "att-gora", task: true},
	{name: "frister", limits: true},
	{name: "hos-handlaggare", states: []casework.State{casework.AwaitingOfficer}},
	{name: "underskrift", states: []casework.State{casework.AwaitingSignatures}},
	{name: "beslut-underskrift", states: []casework.State{casework.Deciding}},
	{name: "komplettering", states: []casework.State{casework.AwaitingCompletion}},
	{name: "beslutade", states: []casework.State{casework.Decided, casework.Delivered}},
	{name: "avslutade", states: []casework.State{casework.Closed}},
	{name: "aterkallade", states: []casework.State{casework.Withdrawn}},
	{name: "alla"},
}

// toDo is the landing tab, ready the one that fills it up.
var toDo, ready = views[0], views[2]

// orders in the order of the menu; the first is the default.
var orders = []struct {
	name  string
	order store.Order
}{
	{"vantat-langst", store.WaitingLongest},
	{"nyast", store.NewestFirst},
	{"aldst", store.OldestFirst},
	{"senast-andrad", store.ChangedLast},
}

// owners in the order of the menu; the first is the default.
var owners = []string{"alla", "mina", "ingen"}

// filter is what the address of the inbox says. It never holds words from a search: those may be a person's name and stay in
// the session, under Search.
type filter struct {
	View   string
	Town   string // id of an organisation, "" all
	Form   string
	Stage  string // "form/stage": an inner stage of one service, "" all
	Owner  string
	Task   bool
	Order  string
	Search string // number of a search in the session, "" none
	After  string // cursor
}

// parseFilter reads the query of an address. What it does not know is left out, so that an old link still opens.
func parseFilter(get func(name string) string) filter {
	f := filter{View: get("vy"), Town: get("kommun"), Form: get("tjanst"), Stage: get("steg"), Owner: get("agare"), Task: get("uppgift") == "1",
		Order: get("ordning"), Search: get("sok"), After: get("efter")}
	if !slices.ContainsFunc(views, func(v view) bool { return v.name == f.View }) {
		f.View = toDo.name
		if f.Search != "" {
			f.View = "alla"
		}
	}
	if !slices.Contains(owners, f.Owner) {
		f.Owner = owners[0]
	}
	if !slices.ContainsFunc(orders, func(o struct {
		name  string
		order store.Order
	}) bool {
		return o.name == f.Order
	}) {
		f.Order = orders[0].name
	}
	return f
}

// view is the filter's tab.
func (f filter) view() view {
	return views[slices.IndexFunc(views, func(v view) bool { return v.name == f.View })]
}

// url gives the address of a filter, the shortest there is.
func (f filter) url() string {
	q := url.Values{}
	set := func(name, value, usual string) {
		if value != usual {
			q.Set(name, value)
		}
	}
	usual := toDo.name
	if f.Search != "" {
		usual = "alla"
	}
	set("vy", f.View, usual)
	set("kommun", f.Town, "")
	set("tjanst", f.Form, "")
	set("steg", f.Stage, "")
	set("agare", f.Owner, owners[0])
	set("ordning", f.Order, orders[0].name)
	set("sok", f.Search, "")
	set("efter", f.After, "")
	if f.Task {
		q.Set("uppgift", "1")
	}
	if len(q) == 0 {
		return inboxURL
	}
	return inboxURL + "?" + q.Encode()
}

// query asks the flow. search are the words behind f.Search.
func (f filter) query(v view, search string) flow.InboxQuery {
	q := flow.InboxQuery{States: v.states, Municipality: identity.TenantID(f.Town), Form: f.Form, Mine: f.Owner == "mina", Nobody: f.Owner == "ingen",
		Task: v.task || f.Task, Later: v.limits, Search: search, After: parseCursor(f.After)}
	if form, stage, ok := strings.Cut(f.Stage, "/"); ok && (f.Form == "" || f.Form == form) {
		q.Form, q.Stage = form, stage
	}
	for _, o := range orders {
		if o.name == f.Order {
			q.Order = o.order
		}
	}
	return q
}

// A cursor in an address is the sort time in milliseconds and the case's random id; neither says anything of a person.
func formatCursor(c store.Cursor) string {
	return strconv.FormatInt(c.Time.UnixMilli(), 36) + "." + c.ID
}

// parseCursor gives the beginning for what is no cursor.
func parseCursor(s string) store.Cursor {
	at, id, ok := strings.Cut(s, ".")
	ms, err := strconv.ParseInt(at, 36, 64)
	if !ok || err != nil || id == "" {
		return store.Cursor{}
	}
	return store.Cursor{Time: time.UnixMilli(ms).UTC(), ID: id}
}

// inboxPage is /admin/arenden.
type inboxPage struct {
	ui.Shell
	Tabs     []inboxTab
	Filter   filter
	Town     ui.Field // no options when the reader works for one organisation
	Service  ui.Field
	Stage    ui.Field // no options when no service has stages
	Owner    ui.Field
	Order    ui.Field
	ToDo     bool        // the landing tab: every row has a task already
	Narrowed bool        // some filter is on
	Plain    string      // address without filters
	Query    string      // the words searched for, "" none
	Clear    string      // address without the search
	Here     string      // address of this page, to come back to
	Limits   *limitList  // time limits to act on, nil when there is none; not on a page further on
	ToSign   []toSignRow // decisions that wait for the reader's own signature
	Lists    []inboxList
	Handles  bool   // the reader may do things with marked lines
	First    string // address of the first page, "" when this is it
	Next     string // address of the next, "" when this is the last
}

// Any reports whether there is a line to mark.
func (p inboxPage) Any() bool {
	return p.Handles && slices.ContainsFunc(p.Lists, func(l inboxList) bool { return len(l.Rows) > 0 })
}

// inboxTab is one choice of what to look at.
type inboxTab struct {
	Text, URL string
	Count     string // "" not counted
	Current   bool
}

// inboxList is a table with a heading.
type inboxList struct {
	ID    string
	Title string
	Lead  string
	Rows  []inboxRow
	More  string // address of the whole list when only its beginning is here
	Empty string
}

// inboxRow is one case.
type inboxRow struct {
	ID        casework.ID
	URL       string
	Reference string
	Number    string
	Service   string
	Board     string // whose case it is, where the reader works for several organisations
	Subject   string
	State     ui.Tag
	Stage     string // title of the inner stage, "" none
	Since     string // "sedan 3 dagar"
	Signed    string // "1 av 2, sedan 3 dagar"
	Complete  bool   // no signature is missing
	Age       string
	Submitted time.Time
	Assignee  string // "" nobody
	Mine      bool
	Tasks     []tag
	Limits    []limitLine
	Mark      bool // may be marked
}

func (w words) row(r flow.Row, me string) inboxRow {
	out := inboxRow{ID: r.ID, URL: caseURL(r.ID), Reference: r.Reference, Number: r.Number, Service: w.text(r.Title),
		Subject: r.Subject, Stage: r.Stage, Since: w.since(r.Since), Age: w.age(r.Submitted), Submitted: r.Submitted,
		Assignee: r.AssigneeName, Mine: r.Assignee != "" && r.Assignee == me, Tasks: w.rowTags(r), Limits: w.limitLines(r)}
	if r.Assignee != "" && out.Assignee == "" {
		out.Assignee = w.T("admin.inbox.somebody")
	}
	out.State.Text, out.State.Tone = w.state(r.State)
	out.Signed, out.Complete = w.signatures(r.Done, r.Of, r.MissingSince)
	return out
}

func (w words) rows(rows []flow.Row, me string) []inboxRow {
	out := make([]inboxRow, len(rows))
	for i, r := range rows {
		out[i] = w.row(r, me)
	}
	return out
}

// mark lets every line be marked, for those who handle cases.
func (p *inboxPage) mark() {
	for _, l := range p.Lists {
		for i := range l.Rows {
			l.Rows[i].Mark = p.Handles
		}
	}
}

// tabs gives the tabs with what they count; in may be nil.
func (w words) tabs(f filter, in *flow.Inbox) []inboxTab {
	out := make([]inboxTab, len(views))
	for i, v := range views {
		to := f
		to.View, to.After = v.name, ""
		out[i] = inboxTab{Text: w.T("admin.view." + v.name), URL: to.url(), Current: v.name == f.View}
		if in == nil || in.Counts == nil {
			continue
		}
		switch {
		case v.task:
			out[i].Count = w.count(in.Tasks)
		case v.limits:
			out[i].Count = w.count(in.Limits)
		case len(v.states) > 0:
			n := 0
			for _, st := range v.states {
				n += in.Counts[st]
			}
			out[i].Count = w.count(n)
		}
	}
	return out
}

// landingRows bounds what the landing page shows of each of its two lists.
const landingRows = 50

// landing is the first tab: cases with an open task and why, then those that only wait for the officer, as far as there is room.
func (w words) landing(f filter, tasks, waiting *flow.Inbox, me string) []inboxList {
	list := inboxList{ID: "uppgifter", Title: w.T("admin.inbox.tasks-title", "n", tasks.Tasks), Lead: w.T("admin.inbox.tasks-lead"),
		Rows: w.rows(tasks.Rows, me), Empty: w.T("admin.inbox.tasks-empty")}
	out := []inboxList{list}
	if tasks.More || waiting == nil {
		return out
	}
	var rest []flow.Row
	for _, r := range waiting.Rows {
		if len(r.Tasks) == 0 {
			rest = append(rest, r)
		}
	}
	all := f
	all.View, all.After = ready.name, ""
	next := inboxList{ID: "redo", Title: w.T("admin.inbox.ready-title"), Lead: w.T("admin.inbox.ready-lead"),
		Empty: w.T("admin.inbox.ready-empty")}
	if room := landingRows - len(tasks.Rows); len(rest) > room {
		rest, next.More = rest[:max(room, 0)], all.url()
	} else if waiting.More {
		next.More = all.url()
	}
	next.Rows = w.rows(rest, me)
	return append(out, next)
}

// list is any other tab.
func (w words) list(f filter, in *flow.Inbox, me string) inboxList {
	v := f.view()
	l := inboxList{ID: "lista", Title: w.T("admin.view." + v.name), Rows: w.rows(in.Rows, me), Empty: w.T("admin.inbox.empty")}
	switch {
	case v.limits:
		l.Rows = w.limitRows(in.Rows, me)
		l.Title, l.Empty = w.T("admin.limit.later-title"), w.T("admin.limit.later-empty")
	case len(v.states) > 0:
		l.Lead = w.T("admin.view-lead." + v.name)
	}
	return l
}

func (w words) ownerField(f filter) ui.Field {
	out := make([]ui.Choice, len(owners))
	for i, o := range owners {
		out[i] = ui.Choice{Value: o, Label: w.T("admin.owner." + o), Checked: o == f.Owner}
	}
	return ui.Field{Name: "agare", Label: w.T("admin.inbox.owner"), Options: out}
}

func (w words) orderField(f filter) ui.Field {
	out := make([]ui.Choice, len(orders))
	for i, o := range orders {
		out[i] = ui.Choice{Value: o.name, Label: w.T("admin.order." + o.name), Checked: o.name == f.Order}
	}
	return ui.Field{Name: "ordning", Label: w.T("admin.inbox.order"), Options: out}
}

// townField lists the organisations whose cases the reader works with, with "all" first; no options when there is one.
func (w words) townField(f filter, towns []*directory.Tenant) ui.Field {
	field := ui.Field{Name: "kommun", Label: w.T("admin.inbox.town")}
	if len(towns) < 2 {
		return field
	}
	field.Options = []ui.Choice{{Label: w.T("admin.inbox.all-towns"), Checked: f.Town == ""}}
	for _, t := range towns {
		field.Options = append(field.Options, ui.Choice{Value: string(t.ID), Label: t.Name, Checked: string(t.ID) == f.Town})
	}
	return field
}

// nameBoards says of each case whose it is, where the reader works for several organisations.
func (p *inboxPage) nameBoards(name func(identity.AuthorityID) string, lists ...*flow.Inbox) {
	if len(p.Town.Options) == 0 {
		return
	}
	whose := map[casework.ID]identity.AuthorityID{}
	for _, in := range lists {
		if in == nil {
			continue
		}
		for _, r := range in.Rows {
			whose[r.ID] = r.Authority
		}
	}
	for _, l := range p.Lists {
		for i := range l.Rows {
			if id, ok := whose[l.Rows[i].ID]; ok {
				l.Rows[i].Board = name(id)
			}
		}
	}
}

// serviceField lists the services, with "all" first.
func (w words) serviceField(f filter, services []flow.ServiceView) ui.Field {
	out := []ui.Choice{{Label: w.T("admin.inbox.all-services"), Checked: f.Form == ""}}
	for _, s := range services {
		id := s.Form.Def.Meta.ID
		out = append(out, ui.Choice{Value: id, Label: w.text(s.Form.Title), Checked: id == f.Form})
	}
	return ui.Field{Name: "tjanst", Label: w.T("admin.inbox.service"), Options: out}
}

// stageField lists the inner stages of the services that have any, of the chosen service when one is.
func (w words) stageField(f filter, services []flow.ServiceView) ui.Field {
	field := ui.Field{Name: "steg", Label: w.T("admin.stage.filter")}
	for _, s := range services {
		meta := &s.Form.Def.Meta
		if f.Form != "" && f.Form != meta.ID {
			continue
		}
		for _, st := range meta.Stages {
			value := meta.ID + "/" + st.ID
			field.Options = append(field.Options, ui.Choice{Value: value, Label: w.T("admin.stage.of", "stage", st.Title, "service", w.text(s.Form.Title)), Checked: value == f.Stage})
		}
	}
	if field.Options != nil {
		field.Options = append([]ui.Choice{{Label: w.T("admin.stage.all"), Checked: f.Stage == ""}}, field.Options...)
	}
	return field
}

// links sets the addresses around the lists.
func (p *inboxPage) links(f filter, in *flow.Inbox) {
	here := f
	if f.After != "" {
		here.After = ""
		p.First = here.url()
	}
	if in.More {
		here.After = formatCursor(in.Next)
		p.Next = here.url()
	}
	plain := f
	plain.Search, plain.After = "", ""
	p.Clear = plain.url()
	p.Plain = filter{View: f.View, Owner: owners[0], Order: orders[0].name, Search: f.Search}.url()
	p.Narrowed = f.Town != "" || f.Form != "" || f.Stage != "" || f.Owner != owners[0] || f.Task || f.Order != orders[0].name
}
