package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver of the baseline, as the store uses it

	"samtjanst/platform/casework"
)

// bareTable is a table with nothing but a key, in a database of its own with the store's settings: every insert is durable before
// it is answered.
type bareTable struct {
	db     *sql.DB
	insert *sql.Stmt
	body   []byte
}

func openBare(dir string, size int) (*bareTable, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, fmt.Sprintf("bare-%d.db", size))+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	t := &bareTable{db: db, body: make([]byte, size)}
	rand.Read(t.body) // as noisy as what is sealed
	if _, err = db.Exec("CREATE TABLE t (id TEXT PRIMARY KEY, body BLOB)"); err == nil {
		t.insert, err = db.Prepare("INSERT INTO t VALUES (?, ?)")
	}
	return t, err
}

func (t *bareTable) add() error {
	_, err := t.insert.Exec(rand.Text(), t.body)
	return err
}

// tableBytes measures what some tables take on disk, with their indexes.
func tableBytes(dir string, tables ...string) (int64, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "samtjanst.db")+"?mode=ro")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	marks := strings.TrimSuffix(strings.Repeat("?,", len(tables)), ",")
	args := make([]any, len(tables))
	for i, t := range tables {
		args[i] = t
	}
	var n int64
	err = db.QueryRow("SELECT coalesce(sum(d.pgsize), 0) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name WHERE d.aggregate = TRUE AND s.tbl_name IN ("+marks+")", args...).Scan(&n)
	return n, err
}

// rowBytes is the mean size of what a query selects.
func rowBytes(dir, query string) (int, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "samtjanst.db")+"?mode=ro")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	var n float64
	err = db.QueryRow(query).Scan(&n)
	return int(n), err
}

// Copies asks for the inbox to be filled up with copies of a case.
type Copies struct {
	Of string
	N  int
}

// Fill stores copies of a case's head, each with an id, a reference and a key of its own.
func (p *Platform) Fill(in Copies, _ *nothing) error {
	ctx, v := context.Background(), p.server.Flow.Vault
	e, err := v.Load(ctx, casework.ID(in.Of))
	if err != nil {
		return err
	}
	e.Case.Effects = nil // a copy does nothing by itself
	return inParallel(in.N, 64, func(i int) error {
		c, err := v.NewKey(ctx, e.Case.Authority)
		if err != nil {
			return err
		}
		c.Case = e.Case
		c.Case.ID, c.Case.Draft = casework.ID(strings.ToLower(rand.Text())), strings.ToLower(rand.Text())
		c.Case.Reference = fmt.Sprintf("SKJ-%08d", i)
		c.Case.Subject = fmt.Sprintf("Elev %d Provsson", i)
		return v.Create(ctx, c, nil)
	})
}
