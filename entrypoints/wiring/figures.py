"""Figures for operators, and how the processes of one server add them up."""

from adapters.prometheus import MEDIA_TYPE, Figures, forget_process, shared_figures

__all__ = ["MEDIA_TYPE", "Figures", "forget_process", "shared_figures"]
