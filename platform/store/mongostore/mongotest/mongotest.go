// Package mongotest gives tests a server that speaks MongoDB's protocol: one that is named in the environment, else FerretDB, which it
// builds from a module of its own (mongostore/ferrettest) and starts.
package mongotest

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// ServerVariable names a server to test against, mongodb://…, instead of FerretDB. Databases samtjanst_test_… are made there and dropped.
const ServerVariable = "SAMTJANST_TEST_MONGODB"

// Start gives the address of a server that lives as long as the test.
func Start(t testing.TB) string {
	t.Helper()
	if uri := os.Getenv(ServerVariable); uri != "" {
		return uri
	}
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("mongotest: where is the source?")
	}
	program := filepath.Join(t.TempDir(), "ferrettest")
	build := exec.Command("go", "build", "-tags=ferretdb_no_postgresql", "-o", program, ".")
	build.Dir = filepath.Join(filepath.Dir(here), "..", "ferrettest")
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building FerretDB: %v\n%s", err, out)
	}
	run := exec.Command(program, t.TempDir())
	run.Stderr = os.Stderr
	in, err := run.StdinPipe() // the server ends when it is closed
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), run.Wait()); err != nil {
			t.Errorf("FerretDB: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("FerretDB said nothing: %v", lines.Err())
	}
	return lines.Text() + "?maxPoolSize=1" // it changes documents atomically within one connection only
}

// Database is the address of a database of its own on a server. It is dropped with the test.
func Database(t testing.TB, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/samtjanst_test_" + strings.ToLower(rand.Text()[:10])
	uri := u.String()
	t.Cleanup(func() {
		ctx := context.Background()
		client, err := mongo.Connect(ctx, options.Client().ApplyURI(uri)) // the test has closed its own by now
		if err == nil {
			err = errors.Join(client.Database(strings.TrimPrefix(u.Path, "/")).Drop(ctx), client.Disconnect(ctx))
		}
		if err != nil {
			t.Error(err)
		}
	})
	return uri
}
