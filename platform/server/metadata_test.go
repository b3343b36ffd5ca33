package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"samtjanst/platform/server/servertest"
)

// An identity provider fetches our metadata where the configuration says; for BankID there is none.
func TestMetadata(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{EIDs: true})
	for path, want := range map[string]int{"/eid/metadata/elegitimation": http.StatusOK, "/eid/metadata/bankid": http.StatusNotFound, "/eid/metadata/x": http.StatusNotFound} {
		res, err := w.App.Test(httptest.NewRequest(http.MethodGet, "http://localhost:8080"+path, nil), -1)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != want {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
		if want != http.StatusOK {
			continue
		}
		if kind := res.Header.Get("Content-Type"); kind != "application/samlmetadata+xml" || !strings.Contains(string(body), "http://localhost:8080/eid/svar/elegitimation") {
			t.Errorf("%s: %s\n%s", path, kind, body)
		}
	}
}
