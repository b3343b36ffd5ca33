package tlsclient

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFilesCheck(t *testing.T) {
	for _, c := range []struct {
		files Files
		want  []string
	}{
		{Files{Certificate: "rp.pem"}, nil},
		{Files{Certificate: "rp.pem", Key: "rp-key.pem"}, nil},
		{Files{Certificate: "rp.p12", PasswordFile: "password"}, nil},
		{Files{}, []string{"certificate"}},
		{Files{Certificate: "rp.pfx"}, []string{"passwordFile"}},
		{Files{Certificate: "rp.pfx", Key: "rp-key.pem"}, []string{"key", "passwordFile"}},
		{Files{Certificate: "rp.pem", PasswordFile: "password"}, []string{"passwordFile"}},
	} {
		var got []string
		c.files.Check(func(key, _ string) { got = append(got, key) })
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v: %s", c.files, diff)
		}
	}
}
