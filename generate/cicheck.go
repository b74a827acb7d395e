package generate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"policygen/policy"
)

// proveCI holds what the renderers of CI take for granted against the policy. Loading the policy has refused all else at its own line,
// so an error is a defect of policygen.
func proveCI(in Input) error {
	ci := in.Policy.CI
	switch {
	case ci == nil || len(ci.Jobs) == 0:
		return errors.New("the policy has no job for CI, and was accepted")
	case wrapperCommand(in.Policy) == "":
		return errors.New("the policy has no wrapper that jobs of CI could call, and was accepted")
	}
	for _, job := range ci.Jobs {
		if len(job.Python) == 0 {
			return fmt.Errorf("backend %q has no version of Python in CI, and was accepted", job.Backend)
		}
		if job.Workers.IsSet() && in.Policy.Runner.WorkersEnv == "" {
			return fmt.Errorf("no variable brings the workers of backend %q to the wrapper, and the policy was accepted", job.Backend)
		}
	}
	return nil
}

// proveLiteral finds an expression of GitHub, which would put its value into a script as code.
func proveLiteral(text string) error {
	if strings.Contains(text, policy.GitHubExpression) {
		return fmt.Errorf("the text %q has an expression, and was accepted", text)
	}
	return nil
}

// proveInputs holds the inputs of a step against those that its action has.
func proveInputs(a policy.Action, inputs []any) error {
	for pair := range slices.Chunk(inputs, 2) {
		if input := pair[0].(string); !slices.Contains(a.Inputs, input) {
			return fmt.Errorf("the action %s@%s has no input %q, and was accepted", a.Name, a.Version, input)
		}
	}
	return nil
}
