"""Our Muon is torch's, but for the rounding of bfloat16."""

import pytest
import torch

from jobs.pretrain.muon import muon, orthogonal


@pytest.mark.parametrize("shape", [(64, 32), (32, 64), (48, 48)])
def test_updates_are_those_of_torch_to_its_rounding(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    ours = torch.nn.Parameter(torch.randn(shape))
    theirs = torch.nn.Parameter(ours.detach().clone())
    start = ours.detach().clone()
    settings = {"lr": 0.02, "momentum": 0.95, "weight_decay": 0.01}
    one, two = muon([ours], **settings), torch.optim.Muon([theirs], **settings)
    for _ in range(5):
        ours.grad = torch.randn(shape)
        theirs.grad = ours.grad.clone()
        one.step()
        two.step()
    assert (ours - theirs).norm() < 0.03 * (ours - start).norm()


@pytest.mark.parametrize("shape", [(16, 40), (40, 16)])
def test_orthogonal_is_the_polar_factor_roughly(shape: tuple[int, int]) -> None:
    torch.manual_seed(1)
    matrix = torch.randn(shape)
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    values = torch.linalg.svdvals(orthogonal(matrix))
    assert values.min() > 0.5
    assert values.max() < 1.5
    assert torch.nn.functional.cosine_similarity(orthogonal(matrix).flatten(), (u @ v).flatten(), dim=0) > 0.95
