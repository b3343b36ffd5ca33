// Package library has no code: its folders are the shipped e-services. This test holds each of them to lint and to its scenarios.
package library

import (
	"bytes"
	"testing"

	"samtjanst/forms/formcli"
	"samtjanst/forms/lint"
)

func TestEveryForm(t *testing.T) {
	var out, errs bytes.Buffer
	if status := formcli.Lint(lint.Options{}, []string{"."}, &out, &errs); status != formcli.Well {
		t.Errorf("lint: %d\n%s%s", status, &out, &errs)
	}
	out.Reset()
	errs.Reset()
	if status := formcli.Test([]string{"."}, &out, &errs); status != formcli.Well {
		t.Errorf("scenarios: %d\n%s%s", status, &out, &errs)
	}
}
