package caseload

import (
	"net/http"
	"strings"
	"testing"
)

// The case page leads to the evidence, which is saved and not shown; another board's case has none.
func TestCaseBundle(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	b.Get(caseURL(expired))
	b.Want(http.StatusOK)
	if !strings.Contains(string(b.Page.Body), caseURL(expired)+"/bevis.zip") {
		t.Error("the case page does not lead to the evidence")
	}
	b.Get(caseURL(expired) + "/bevis.zip")
	b.Want(http.StatusOK)
	if d := b.Page.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") {
		t.Errorf("shown within our pages: %q", d)
	}
	b = visit(t, h, siv)
	b.Get(caseURL(expired) + "/bevis.zip")
	b.Want(http.StatusNotFound)
}
