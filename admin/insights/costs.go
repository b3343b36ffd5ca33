package insights

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"samtjanst/admin"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/flow/usage"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// costsPage is what a year's logins and signatures have cost: by organisation for a host, else by month.
type costsPage struct {
	frame
	Years  []ui.Link
	Prices string
	Table  ui.Table
	File   string
}

// controlYear is the year in an address.
const controlYear = "ar"

// year gives the year that an address asks for, 0 when it does not say. fault.NotFound for what is no year.
func year(r *httpkit.Request) (int, error) {
	text := r.Query(controlYear)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fault.New("insights.year", fault.NotFound, nil)
	}
	return n, nil
}

func yearURL(ref flow.BoardRef, part string, year int) string {
	return boardURL(ref, part) + "?" + url.Values{controlYear: {strconv.Itoa(year)}}.Encode()
}

// showCosts is GET.
func (a *area) showCosts(r *httpkit.Request) error {
	n, err := year(r)
	if err != nil {
		return err
	}
	c, err := a.Flow.CostsOf(r.Context(), r.Actor(), ref(r), n)
	if err != nil {
		return err
	}
	l := r.Locale()
	p := costsPage{frame: a.framed(r, c.CostScope, l.T("insights.costs.title"), ""), File: yearURL(c.BoardRef, filePart, c.Year),
		Prices: l.T("insights.costs.prices", "login", l.Money(c.Price.Login), "signature", l.Money(c.Price.Signature))}
	for _, y := range c.Years {
		p.Years = append(p.Years, ui.Link{Text: strconv.Itoa(y), URL: yearURL(c.BoardRef, "", y), Current: y == c.Year})
	}
	first := l.T("insights.costs.month")
	if c.Host {
		first = l.T("insights.costs.organisation")
	}
	p.Table = ui.Table{Caption: l.T("insights.costs.caption", "year", c.Year), Empty: l.T("insights.costs.empty", "year", c.Year),
		Columns: []ui.Column{{Title: first}, {Title: l.T("insights.costs.logins"), Numeric: true}, {Title: l.T("insights.costs.signatures"), Numeric: true},
			{Title: l.T("insights.costs.cost"), Numeric: true}}}
	for _, row := range c.Rows {
		title := monthName(l, row.Month)
		if c.Host {
			title = organisation(l, row)
		}
		p.Table.Rows = append(p.Table.Rows, costCells(l, title, row))
	}
	if len(c.Rows) > 0 {
		p.Table.Rows = append(p.Table.Rows, costCells(l, l.T("insights.costs.sum"), c.Sum))
	}
	return admin.Show(r, http.StatusOK, a.costs, p)
}

func costCells(l *i18n.Locale, title string, row flow.CostRow) []ui.Cell {
	return []ui.Cell{{Text: title}, {Text: number(l, row.Logins)}, {Text: number(l, row.Signatures)}, {Text: l.Money(row.Cost)}}
}

// organisation names whose row it is.
func organisation(l *i18n.Locale, row flow.CostRow) string {
	if row.Organisation == nil {
		return l.T("insights.costs.shared")
	}
	return row.Organisation.Name
}

// monthName writes a month: "november 2026".
func monthName(l *i18n.Locale, m usage.Month) string {
	t, err := time.Parse("2006-01", string(m))
	if err != nil { // no month of ours
		return string(m)
	}
	return l.T("insights.month."+strconv.Itoa(int(t.Month())), "year", t.Year())
}

// costsFile is GET: a line for each organisation and month.
func (a *area) costsFile(r *httpkit.Request) error {
	n, err := year(r)
	if err != nil {
		return err
	}
	c, err := a.Flow.CostMonths(r.Context(), r.Actor(), ref(r), n)
	if err != nil {
		return err
	}
	f := newFile("organisation", "kommunkod", "månad", "inloggningar", "underskrifter", "kostnad, kr")
	sv := a.site.UI().Catalog().In("sv") // as the titles
	for _, row := range c.Rows {
		code := ""
		if row.Organisation != nil {
			code = row.Organisation.Code
		}
		f.row(organisation(sv, row), code, string(row.Month), decimal(row.Logins, 0), decimal(row.Signatures, 0), comma(row.Cost, 2))
	}
	return f.send(r, "kostnader-"+strconv.Itoa(c.Year)+".csv")
}
