package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"kantoorpost/shared/dev/module"
)

// year runs the whole product on years of mail, and shows for how much of it a
// person was needed. It is a test, since that has the office of all tests; the
// settings reach the test as environment variables.
func year(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := newFlags("year", stderr)
	seed := f.Uint64("seed", 1, "which year: the same seed makes the same mail")
	mails := f.Int("mails", 6000, "mails in a year, about; 200 to 100000")
	years := f.Int("years", 1, "how many years; 1 to 20")
	mix := f.String("mix", "harsh", "harsh: with the classes of mail that make an office's life hard; easy: without")
	without := f.String("without", "", "classes that a harsh year leaves out, with blanks between")
	failures := f.String("failures", "", "file for each mail that went wrong, in words")
	examples := f.String("examples", "", "file for what was suggested and what was right, in lines of JSON")
	plot := f.String("plot", "", "file for a plot of the work by month, in SVG")
	if err := parse(f, args); err != nil {
		return err
	}
	if *mails < 200 || *mails > 100_000 || *years < 1 || *years > 20 {
		return refuse(f, "-mails must be 200 to 100000 and -years 1 to 20, are %d and %d", *mails, *years)
	}
	if *mix != "harsh" && *mix != "easy" {
		return refuse(f, "-mix must be harsh or easy, is %q", *mix)
	}
	root, err := module.Root()
	if err != nil {
		return err
	}
	env := append(os.Environ(), fmt.Sprint("YEAR_SEED=", *seed), fmt.Sprint("YEAR_MAILS=", *mails), fmt.Sprint("YEAR_YEARS=", *years),
		"YEAR_MIX="+*mix, "YEAR_WITHOUT="+*without)
	for name, file := range map[string]string{"plot": *plot, "failures": *failures, "examples": *examples} {
		if file == "" {
			continue
		}
		path, err := filepath.Abs(file) // the test runs in another folder
		if err == nil {
			_, err = os.Stat(filepath.Dir(path)) // now, and not after the year
		}
		if err != nil {
			return fmt.Errorf("year: -%s: %w", name, err)
		}
		env = append(env, "YEAR_"+strings.ToUpper(name)+"="+path)
	}
	cmd := exec.CommandContext(ctx, "go", "test", "./handlers/tests/solving", "-run", "^TestOfficeYear$", "-count=1", "-v", "-timeout=0")
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = root, env, stdout, stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("year: %w", err)
	}
	return nil
}
