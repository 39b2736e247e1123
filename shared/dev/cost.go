package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"kantoorpost/shared/dev/cost"
)

// costs prints what offices of several sizes pay Azure in a month.
func costs(_ context.Context, args []string, stdout, stderr io.Writer) error {
	f := newFlags("cost", stderr)
	mails := f.Float64("mails", 20, "mails that a mailbox gets in a day")
	memory := f.Int("memory", 512, "memory of an instance, in `MB`: 512, 2048 or 4096")
	euro := f.Float64("euro", 0, "euros for a dollar; 0 for the estimate of the price file")
	if err := parse(f, args); err != nil {
		return err
	}
	if *mails < 0 || *euro < 0 || !slices.Contains([]int{512, 2048, 4096}, *memory) {
		return refuse(f, "-memory must be 512, 2048 or 4096, and -mails and -euro not negative, are %d, %v and %v", *memory, *mails, *euro)
	}
	p, err := cost.ListPrices()
	if err != nil {
		return err
	}
	p.Euro = cmp.Or(*euro, p.Euro)
	if err := p.Write(stdout, *mails, *memory); err != nil {
		return err
	}
	const functions, instances = 7, 40
	fmt.Fprintf(stdout, "\nWorst case, %d functions on %d instances each for the whole month: %.0f. A budget alert tells before.\n",
		functions, instances,
		p.Worst(functions, instances, *memory))
	return nil
}
